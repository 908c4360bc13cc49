refusal-import-no-file = The export cannot be opened.
refusal-import-no-uploads = The uploads cannot be opened: a folder or a zip is needed.
refusal-import-not-wordpress = This is no WordPress export (WXR).
act-imported = brought another site's people and texts in
import-why = From the export of “{ $title }”: { $people ->
    [one] one person
   *[other] { $people } people
 }, { $texts ->
    [one] one text
   *[other] { $texts } texts
 }, { $comments ->
    [one] one comment
   *[other] { $comments } comments
 }.
import-what-comment = comment { $id } under { $title }
import-what-comments = { $count ->
    [one] one comment
   *[other] { $count } comments
 } under { $title }
import-no-title = Without a title
import-what-rest = whatever came after
import-what-words = the description of { $title }
import-what-field = the field { $name }
import-what-taxonomy = the sorting { $name }
import-left-more = and { $count } more
import-left-bin = It was in the bin.
import-left-auto-draft = An empty draft that WordPress makes by itself.
import-left-kind = A kind of thing that this house has no place for. With --also and the name of the kind its words come as articles.
import-left-comment-kind = A kind of comment that this house has no place for.
import-left-nobody = A draft that names no author: nobody could claim it.
import-left-torn = The file breaks off in the middle of it.
import-left-cut = It is longer than four million letters; its end was left.
import-left-refused = The house could not keep it as it is.
import-left-erased = It was taken before, and whoever wrote it has erased it here since. It stays erased.
import-left-twice = The file holds something with the same number before it, and that was taken.
import-left-empty = There are no words in it.
import-left-spam = It was marked as spam.
import-left-waiting = It was waiting for somebody's yes.
import-left-ping = A machine's note that another site links here.
import-left-no-post = What it stands under was not taken.
import-left-no-comments = No room of this house takes its comments.
import-left-no-room = No room of this house takes it.
import-left-no-uploads = It was not brought: no uploads were given with the export.
import-left-missing = No file of this name is among the uploads.
import-left-large = The file is larger than the settings allow (upload_mb).
import-left-unreadable = The file could not be read; the log says why.
import-left-broken-off = The file breaks off before its end: get the export once more, and run this again.
import-left-inline = A picture in it is part of its text and no file: that was left, its words were not.
import-left-code = Only the plugin that made it can fill it.
import-left-block = Its words stand in every text that showed it.
import-left-field = A plugin or theme kept it beside the words; this house has no place for it.
import-left-file-words = A file here has a name and no more.
import-left-long = Its title, summary or tags are longer than this house keeps; their end was left.
import-left-no-login = It is the name of nobody who could have written.
feeds = Feeds
feeds-line = Put one of these into a feed reader, and what is new comes to you. No account, and nobody knows that you follow.
feed-all = Everything new
import-left-list-words = A list here has a name and no more.
import-what-order = the order of the pages
import-what-below = which page stood below which
import-left-order = Pages here stand side by side, in the order of their titles; their old addresses lead on.
import-left-sticky = It stood above the newest; here it stands in its day's place.
import-left-layout = It laid out what it holds; the words in it came along.
import-left-machinery = WordPress and its plugins keep in these how a site looks and works, and what was there before: all of that kind were left.
import-left-forum = It stands in a forum that not everyone could read, or that this export does not hold.
import-left-changed = It was taken before it was changed there. What stands here now stays; copy over what you miss.
import-left-address = Its old address is one of this house's own pages; that one is shown there.
import-by = By { $names }

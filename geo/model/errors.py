"""Everything that can go wrong, by kind. First floor: the words, imported by every room.

An error carries a code, an English sentence that is also its gettext message id, and parameters, so a page or the
terminal can say it in either language. The sentence says what happened and what to do about it.
"""

from collections.abc import Callable
from typing import ClassVar

from geo.model.phrases import Phrase, phrase, said


def N_(message: str) -> str:
    """Mark a sentence for translation without translating it yet."""
    return message


_OWN_WORDS = ("expected", "detail", "table", "what")  # parameters that the program fills with texts marked by N_
_THINGS = (
    N_("facility"), N_("demand"), N_("unit"), N_("village"), N_("link"), N_("list"), N_("layer"),
    N_("indicator_value"), N_("coordinate system"), N_("capability"), N_("cell size in metres"), N_("indicator"),
    N_("link kind"), N_("mode"), N_("scheme"), N_("condition"), N_("terrain"), N_("tier"), N_("tiers"),
)  # fmt: skip
_OF_THE_SYSTEM = (
    N_("Is a directory"), N_("Not a directory"), N_("Permission denied"), N_("No such file or directory"),
    N_("File exists"), N_("No space left on device"), N_("Read-only file system"), N_("Operation not permitted"),
)  # fmt: skip


class YidaError(Exception):
    """Root of all errors meant for people. `code` is stable; `params` fill the sentence."""

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = N_("Something went wrong: {detail}")

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.say())

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The sentence, and the program's own words in it, in the language of `translate` (message id → text)."""
        own = {k: said(v, translate) for k, v in self.params.items() if k in _OWN_WORDS or isinstance(v, Phrase)}
        return translate(self.sentence).format(**self.params | own)

    def __reduce__(self) -> tuple[object, tuple[type["YidaError"], dict[str, object]]]:
        return _rebuild, (type(self), self.params)


def _rebuild(kind: type[YidaError], params: dict[str, object]) -> YidaError:
    return kind(**params)


class InputError(YidaError):
    """A file or value handed in cannot be used."""


class FileMissing(InputError):
    code = "file_missing"
    sentence = N_("The file {path} does not exist or cannot be opened. Check the path and your rights to read it.")


class FileUnreadable(InputError):
    code = "file_unreadable"
    sentence = N_(
        "The file {path} cannot be read as {expected}: {detail}. Export it again from the program it comes from."
    )


def broken(error: BaseException) -> Phrase:
    """What a library found wrong with a file, by its kind of error and in its own words."""
    told = f"{type(error).__name__}: {str(error)[:200]}".removesuffix(": ")
    return phrase(N_("it is damaged, or not what it seems ({error})"), error=told)


class FileTooDemanding(InputError):
    code = "file_too_demanding"
    sentence = N_(
        "The file {path} asks for more than is allowed ({detail}). Save only the sheet, layer, rows and columns that "
        "are needed, and try again."
    )


class ReadingStopped(InputError):
    code = "reading_stopped"
    sentence = N_("Reading {path} was stopped. Nothing was taken from it.")


class FileNotWritten(InputError):
    code = "file_not_written"
    sentence = N_("The file {path} cannot be written: {detail}. Check its folder and your rights to write there.")


class CrsMissing(InputError):
    code = "crs_missing"
    sentence = N_(
        "The file {path} does not say in which coordinate system it is. Name it, for example with --crs EPSG:4490 "
        "(CGCS2000) or --crs EPSG:4326 (WGS-84)."
    )


class ColumnsMissing(InputError):
    code = "columns_missing"
    sentence = N_("{path} lacks what {table} needs: {columns}. Columns found: {found}. Rename a column or add it.")


class ClockMissing(ColumnsMissing):
    code = "clock_missing"
    sentence = N_(
        "{path} names fewer than two times of a run. Its columns may be: time of call, dispatch, departure, arrival at "
        "the scene, leaving the scene, arrival at hospital. Columns found: {found}. Rename them."
    )


class TableEmpty(InputError):
    """`problems` (geo.model.problems) say why rows were refused; the first of them are told."""

    code = "table_empty"
    sentence = N_("{path} holds no usable {table} row. Check that the file is the right one; rows refused: {refused}.")

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The first problems too in the language of `translate`."""
        problems = self.params.get("problems", ())
        said = [p.say(translate) for p in problems[:3]] if isinstance(problems, tuple) else []
        return " ".join([super().say(translate), *said])


class RasterEmpty(TableEmpty):
    code = "raster_empty"
    sentence = N_(
        "No cell of {path} inside the outline holds any people; {refused} cells hold no value or less than 0. Check "
        "that the raster counts people."
    )


class TablesNotGiven(InputError):
    code = "tables_not_given"
    sentence = N_("{path} is no OSM extract, so it holds roads only. Name the missing files with {options}.")


class RoadsElsewhere(InputError):
    code = "roads_elsewhere"
    sentence = N_(
        "The outline and the roads do not touch (outline {outline}, roads {roads}; west, south, east, north). "
        "One of the two belongs to another county, has swapped longitude and latitude, or is in another coordinate "
        "system than it says."
    )


class RoadsEmpty(InputError):
    code = "roads_empty"
    sentence = N_("{path} holds no road that a vehicle or a person may use. Check the layer and its class column.")


class RasterElsewhere(InputError):
    code = "raster_elsewhere"
    sentence = N_(
        "The raster {path} and the outline do not touch (raster {raster}, outline {outline}; west, south, east, "
        "north). It belongs to another county, or its coordinate system is wrong."
    )


class ChoiceUnknown(InputError):
    code = "choice_unknown"
    sentence = N_("{what} {value} is not known. Choose from: {choices}.")


class OptionUnfit(InputError):
    code = "option_unfit"
    sentence = N_("{option} says nothing to a file of the kind {form}; it is for {forms}. Leave it out.")


class AnswerNeeded(InputError):
    """A file leaves something open that only its owner can choose; `question` is a geo.model.desk.Question, `answer`
    the words of the terminal that answer it."""

    code = "answer_needed"
    sentence = N_("{path} leaves a question open. {question} Answer with {answer}=…, one of: {choices}.")

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The question too in the language of `translate`."""
        question = self.params["question"]
        said = question.say(translate) if hasattr(question, "say") else str(question)
        return translate(self.sentence).format(**{**self.params, "question": said})


class SchemeInvalid(InputError):
    """A scheme of levels that cannot be used; `problems` (geo.model.problems) say everything that is wrong with it."""

    code = "scheme_invalid"
    sentence = N_("The scheme {name} cannot be used: {detail}")

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Every problem in the language of `translate`."""
        problems = self.params["problems"]
        said = " ".join(p.say(translate) for p in problems) if isinstance(problems, tuple) else ""
        return translate(self.sentence).format(name=self.params["name"], detail=said or self.params["detail"])


class OutOfRange(InputError):
    code = "out_of_range"
    sentence = N_("{what} must lie between {low} and {high}; it is {value}.")


class WorkStopped(YidaError):
    code = "work_stopped"
    sentence = N_("The work was stopped before it was through. Start it again when you want its result.")


class BriefingInvalid(InputError):
    code = "briefing_invalid"
    sentence = N_(
        "This briefing cannot be used: {what} is {value}. Export it again from the page where it was made, or correct "
        "this value."
    )


class SurfaceMissing(InputError):
    code = "surface_missing"
    sentence = N_(
        "This scene has no surface of minutes: it asks about an ambulance or about closed roads. Choose a scene of the "
        "map, or another kind of file."
    )


class ReviewNumberInvalid(InputError):
    code = "review_number_invalid"
    sentence = N_(
        "{value} has not the form of a review number. Write it as on the approval, for example GS(2024)1234号 or "
        "黔S(2024)012号, or leave it empty: the map then carries the stamp of an internal working map."
    )


class TemplateUnusable(InputError):
    code = "template_unusable"
    sentence = N_(
        "The template {path} cannot be used for slides: {detail}. Use a .pptx that has a layout with a title, or "
        "export without a template."
    )


class StudyError(YidaError):
    """A study cannot be stored or found."""


class StudyMissing(StudyError):
    code = "study_missing"
    sentence = N_("There is no study named {name}. Known studies: {known}.")


class StudyExists(StudyError):
    code = "study_exists"
    sentence = N_(
        "A study named {name} is already stored. Choose another name, or add --replace to store a new version of it."
    )


class StudyNameInvalid(StudyError):
    code = "study_name_invalid"
    sentence = N_(
        "{name} cannot name a study: use 1 to 60 letters, digits, spaces, - or _, and not the name of a sample."
    )


class StoreDamaged(StudyError):
    code = "store_damaged"
    sentence = N_(
        "The store {path} is damaged ({detail}). Nothing was written to it. The last good backup is {backup}; "
        "yida store restore puts it back and keeps the damaged file."
    )


class StaleVersion(StudyError):
    """Another version has come since the one a change started from."""

    code = "stale_version"
    sentence = N_(
        "{name} was changed by somebody else meanwhile (you started from version {base}, now there is {newest}). "
        "Nothing was written; compare the two and save again."
    )


class EditConflict(StudyError):
    """The same cells were changed by two people; `conflicts` holds both sides."""

    code = "edit_conflict"
    sentence = N_("{count} cells of {name} were changed by somebody else as well. Nothing was written: choose a side.")


class BriefingMissing(StudyError):
    code = "briefing_missing"
    sentence = N_("{study} has no stored briefing {briefing}. Choose one from the list of its briefings.")


class VersionMissing(StudyError):
    code = "version_missing"
    sentence = N_("{name} has no version {version}. See its versions with: yida versions {name}")


class StoreUnavailable(StudyError):
    code = "store_unavailable"
    sentence = N_(
        "The store {path} cannot be used now ({detail}). What it holds is not touched. Check its folder, your rights "
        "and the free space, close other programs that use it, and try again."
    )


class StoreOnServer(StudyError):
    code = "store_on_server"
    sentence = N_(
        "The store is the database {path}, which this program keeps no copies of. Restore it from its server's own "
        "backups, for instance with pg_restore."
    )


class WorkFolderMissing(YidaError):
    code = "work_folder_missing"
    sentence = N_(
        "No work folder can be made in {path}: {detail}. Nothing was read. Free some space there, or name another "
        "folder with TMPDIR, and try again."
    )


class StoreNewer(StudyError):
    """The database was brought up to date by a newer program."""

    code = "store_newer"
    sentence = N_(
        "The store {path} belongs to a newer version of this program (it is at {found}, this program knows up to "
        "{known}). Nothing in it was touched. Start the newer program, or name another store with YIDA_HOME or "
        "YIDA_DATABASE_URL."
    )


class NothingSelected(YidaError):
    code = "nothing_selected"
    sentence = N_(
        "No facility of the chosen tiers is on the road network. Choose another tier, or check the facility list."
    )

using VideoGrain.Quality;

namespace VideoGrain.Cli.Demo;

/// <summary>One edit of the demo.</summary>
/// <param name="Level">One of <see cref="DemoSettings.AllLevels"/>.</param>
/// <param name="Id">The server's id of the edit; empty if it was refused.</param>
/// <param name="State">How it ended.</param>
/// <param name="Prompt">The target prompt.</param>
/// <param name="Seconds">From submit to the last downloaded byte.</param>
/// <param name="Stages">Time per stage.</param>
/// <param name="Video">The result; null if there is none.</param>
/// <param name="Strip">Source, regions and result side by side; null if there is no result.</param>
/// <param name="Pictures">Pictures of how the edit came about; empty where the specification asks for none.</param>
/// <param name="Scores">What the judges found; null without result or judges.</param>
/// <param name="Failure">Why it failed; null if it did not.</param>
internal sealed record DemoEdit(
    string Level, string Id, string State, string Prompt, double Seconds, IReadOnlyList<StageTime> Stages,
    string? Video, string? Strip, IReadOnlyList<string> Pictures, EditScore? Scores, string? Failure);

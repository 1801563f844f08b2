namespace VideoGrain.Cli.Evaluation;

/// <summary>What an evaluation computes.</summary>
/// <param name="Clips">Folder whose folders are clips in the toybox format, or one such clip.</param>
/// <param name="Output">Folder for results; edited clips that are in it already are not computed again.</param>
/// <param name="Model">The model, a folder in diffusers layout.</param>
/// <param name="Clip">The CLIP model, a folder in Hugging Face layout.</param>
/// <param name="Judges">Folder of the object and background classifiers.</param>
/// <param name="Levels">Levels of the edits, of <see cref="AllLevels"/>.</param>
/// <param name="Variants">Names of the <see cref="EvaluationVariant"/>s.</param>
/// <param name="Frames">First frames of every clip that are edited, 2 or more; 0 for all.</param>
/// <param name="Steps">Steps of inversion and of denoising.</param>
/// <param name="Guidance">Guidance scale.</param>
/// <param name="Grow">Pixels by which regions of instance and class edits grow beyond their masks, so that outlines can change.</param>
/// <param name="KeepBackground">
/// Keep the source outside the regions (latent blending), as the services do; else the background is a region with its own phrase and nothing is
/// blended, as in the paper's layouts.
/// </param>
/// <param name="Control">ControlNet that every variant takes, with the clips' own maps; empty for none but where a variant names one.</param>
/// <param name="Seed">Seed of the edits.</param>
/// <param name="ClipLength">Frames of one pass; longer clips are edited in windows. 0 takes every clip in one pass.</param>
/// <param name="WindowOverlap">Frames that neighbouring windows share.</param>
/// <param name="AnchorFrames">Frames that every window sees.</param>
internal sealed record EvaluationSettings(
    string Clips, string Output, string Model, string Clip, string Judges, IReadOnlyList<string> Levels, IReadOnlyList<string> Variants,
    int Frames, int Steps, float Guidance, int Grow, bool KeepBackground, string Control, ulong Seed, int ClipLength, int WindowOverlap, int AnchorFrames)
{
    /// <summary>The levels that can be asked for.</summary>
    public static IReadOnlyList<string> AllLevels { get; } = ["instance", "class", "part"];
}

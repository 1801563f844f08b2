using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Output;

/// <summary>Progress for logs: a line per state, per tenth of a stage, per retry.</summary>
internal sealed class LineProgress(TextWriter output) : IProgressView
{
    private const int Parts = 10;

    private (Stage Stage, uint Part) _last;

    /// <inheritdoc/>
    public void Show(EditEvent next, string? preview)
    {
        switch (next.EventCase)
        {
            case EditEvent.EventOneofCase.State:
                output.WriteLine(Words.Of(next.State));
                break;
            case EditEvent.EventOneofCase.Progress when next.Progress.StepCount > 0:
                uint part = next.Progress.StepsDone * Parts / next.Progress.StepCount;
                if (_last == (next.Progress.Stage, part))
                    break;
                _last = (next.Progress.Stage, part);
                output.WriteLine("  " + Describe(next.Progress));
                break;
            case EditEvent.EventOneofCase.Retry:
                output.WriteLine($"  {Words.Of(next.Retry.Stage)} failed ({next.Retry.Reason}); attempt {next.Retry.Attempt + 1}");
                break;
            case EditEvent.EventOneofCase.Artifact when preview is not null:
                output.WriteLine($"  preview: {preview}");
                break;
            case EditEvent.EventOneofCase.Finished:
                output.WriteLine(Words.Of(next.Finished.State));
                break;
        }
    }

    internal static string Describe(StageProgress progress)
    {
        string left = progress.Remaining is null ? "" : $", {Words.Of(progress.Remaining.ToTimeSpan())} left";
        return $"{Words.Of(progress.Stage)} step {progress.StepsDone}/{progress.StepCount}{left}";
    }
}

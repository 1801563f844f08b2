using Spectre.Console;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Output;

/// <summary>A bar per stage, redrawn in place.</summary>
internal sealed class LiveProgress : IProgressView
{
    private readonly ProgressContext _context;
    private readonly Dictionary<Stage, ProgressTask> _bars = [];
    private readonly ProgressTask _state;
    private string _preview = "";

    private LiveProgress(ProgressContext context)
    {
        _context = context;
        _state = context.AddTask("queued", maxValue: 1);
        _state.IsIndeterminate = true;
    }

    /// <summary>Draws while some work runs.</summary>
    /// <param name="console">Where to draw.</param>
    /// <param name="work">The work; reports to the view.</param>
    /// <returns>When the work is done.</returns>
    public static Task RunAsync(IAnsiConsole console, Func<IProgressView, Task> work) => console.Progress()
        .AutoClear(false)
        .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(context => work(new LiveProgress(context)));

    /// <inheritdoc/>
    public void Show(EditEvent next, string? preview)
    {
        if (preview is not null)
            _preview = $"  {preview}";
        switch (next.EventCase)
        {
            case EditEvent.EventOneofCase.State:
                _state.Description = Markup.Escape(Words.Of(next.State));
                break;
            case EditEvent.EventOneofCase.Progress:
                Advance(next.Progress);
                break;
            case EditEvent.EventOneofCase.Retry:
                _state.Description = Markup.Escape($"{Words.Of(next.Retry.Stage)} again ({next.Retry.Reason})");
                break;
            case EditEvent.EventOneofCase.Finished:
                foreach (ProgressTask bar in _bars.Values.Append(_state))
                    bar.StopTask();
                _state.Description = Markup.Escape(Words.Of(next.Finished.State));
                _state.IsIndeterminate = false;
                _state.Value = next.Finished.State == EditState.Succeeded ? 1 : 0;
                break;
        }
    }

    private void Advance(StageProgress progress)
    {
        if (!_bars.TryGetValue(progress.Stage, out ProgressTask? bar))
            _bars[progress.Stage] = bar = _context.AddTask("");
        bar.IsIndeterminate = progress.StepCount == 0;
        bar.MaxValue = Math.Max(1, progress.StepCount);
        bar.Value = progress.StepsDone;
        bar.Description = Markup.Escape(LineProgress.Describe(progress) + (progress.Stage == Stage.Denoising ? _preview : ""));
    }
}

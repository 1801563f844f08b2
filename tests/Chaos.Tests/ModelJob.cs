using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Chaos.Tests;

/// <summary>An edit of the model system.</summary>
internal sealed class ModelJob
{
    public const string Result = "result.mp4";
    private readonly List<SeenEvent> _events = [];

    public ModelJob(string id, string key, string digest)
    {
        (Id, Key, Digest) = (id, key, digest);
        Enter(EditState.Queued);
    }

    public string Id { get; }

    public string Key { get; }

    public string Digest { get; }

    public EditState State { get; private set; }

    public IReadOnlyList<SeenEvent> Events => _events;

    /// <summary>Goes one step further, or back to the queue.</summary>
    public void Proceed(Random random)
    {
        if (State.IsFinal())
            return;
        if (State == EditState.Queued)
            Enter(EditState.Preparing);
        else if (random.Next(8) == 0)
            Enter(EditState.Queued);
        else if (random.Next(3) == 0)
            _events.Add(new SeenEvent(0, Next, SeenEventKind.Progress, EditState.Unspecified, "step " + Next, null));
        else
            Enter(State + 1);
    }

    public void Cancel()
    {
        if (!State.IsFinal())
            Enter(EditState.Cancelled);
    }

    public SeenEdit Seen() => new(
        Id, Key, State, (ulong)_events.Count, "", State == EditState.Succeeded ? new Dictionary<string, string> { [Result] = Digest } : new Dictionary<string, string>());

    private ulong Next => (ulong)_events.Count + 1;

    private void Enter(EditState state)
    {
        if (state == EditState.Succeeded)
            _events.Add(new SeenEvent(0, Next, SeenEventKind.Artifact, EditState.Unspecified, $"{Result} {Digest}", null));
        State = state;
        ulong sequence = Next;
        _events.Add(new SeenEvent(0, sequence, state.IsFinal() ? SeenEventKind.Finished : SeenEventKind.State, state, "", null));
        if (state.IsFinal())
            _events[^1] = _events[^1] with { Edit = Seen() };
    }
}

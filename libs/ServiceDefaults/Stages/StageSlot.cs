namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>A job's place in a stage; disposing it gives it back, as often as one likes.</summary>
public sealed class StageSlot : IDisposable
{
    private readonly StageSlots _slots;

    internal StageSlot(StageSlots slots) => _slots = slots;

    /// <summary>When the job is expected to leave the slot.</summary>
    internal DateTimeOffset FreeAt { get; set; }

    /// <summary>Says how long the job will still need the slot, for callers that are refused meanwhile.</summary>
    public void Expect(TimeSpan remaining) => _slots.Expect(this, remaining);

    /// <summary>The job only finishes from here on (decodes, sends its result): the next one may begin to arrive. At most as many jobs finish as there are slots; one more keeps its slot.</summary>
    public void Finish() => _slots.Finish(this);

    /// <inheritdoc/>
    public void Dispose() => _slots.Release(this);
}

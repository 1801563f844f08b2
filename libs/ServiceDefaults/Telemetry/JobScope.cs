using System.Collections;
using System.Globalization;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>What every line logged about a job carries: the job, its stage and its step. As a scope's state it may change while the scope is open.</summary>
/// <param name="jobId">The job's id.</param>
/// <param name="stage">Its stage, as in the metrics' label.</param>
public sealed class JobScope(string jobId, string stage) : IReadOnlyList<KeyValuePair<string, object?>>
{
    internal const string JobKey = "JobId";
    internal const string StageKey = "Stage";
    internal const string StepKey = "Step";

    private const int None = 0;
    private const int LongestId = 128;

    private int _step = None;

    /// <summary>The job's id, cut to a decent length: what callers send as one is not checked yet when the scope opens.</summary>
    public string JobId { get; } = jobId.Length <= LongestId ? jobId : jobId[..LongestId];

    /// <summary>The job's stage.</summary>
    public string Stage { get; private set; } = stage;

    /// <summary>The step reached in the stage, from 1; null before the first.</summary>
    public int? Step
    {
        get => Volatile.Read(ref _step) is var step and not None ? step : null;
        set => Volatile.Write(ref _step, value ?? None);
    }

    /// <inheritdoc/>
    public int Count => Step is null ? 2 : 3;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new(JobKey, JobId),
        1 => new(StageKey, Stage),
        2 => new(StepKey, Step),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <summary>The job enters another stage.</summary>
    public void Enter(string next) => (Stage, Step) = (next, null);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
        yield return this[1];
        if (Step is not null) yield return this[2];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"job {JobId} {Stage} {Step}");

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

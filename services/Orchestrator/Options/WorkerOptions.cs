namespace VideoGrain.Orchestrator.Options;

/// <summary>How jobs are run. Section <c>Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Worker";

    /// <summary>Jobs that run at a time in this process, 0 to 64; 0 makes a process that only answers callers.</summary>
    public int Parallelism { get; set; } = 1;

    /// <summary>How long a worker may be silent before its job is given to another.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a worker says that it lives; well below <see cref="LeaseDuration"/>.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How often an idle worker looks into the queue without being told; other processes' submissions are found this way.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Steps between two checkpoints of a stage; 0 chooses them by what checkpoints and steps cost.</summary>
    public int CheckpointEvery { get; set; }

    /// <summary>Most that checkpoints may cost, as a share of the time that the steps take, above 0 and at most 1. Counts while <see cref="CheckpointEvery"/> is 0.</summary>
    public double CheckpointShare { get; set; } = 0.01;

    /// <summary>Shortest time between two progress events of a job; a stage's last step is always recorded.</summary>
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How often in a row a job may be claimed without leaving a checkpoint before it is given up as JOB_ATTEMPTS_EXHAUSTED: a job that
    /// kills its workers must not do so for ever.
    /// </summary>
    public int MaxFruitlessAttempts { get; set; } = 5;

    /// <summary>How long a worker whose job met an artifact store that is away keeps that job and takes no other, 0 to 1 day; it then goes back to the queue.</summary>
    public TimeSpan StorePause { get; set; } = TimeSpan.FromSeconds(5);
}

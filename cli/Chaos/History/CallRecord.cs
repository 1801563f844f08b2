namespace VideoGrain.Cli.Chaos.History;

/// <summary>
/// A call as its caller saw it. Times are those of the recorder's clock, which only counts: a call whose <see cref="Returned"/> is below another's
/// <see cref="Invoked"/> was over before the other began.
/// </summary>
internal sealed record CallRecord
{
    /// <summary>Number of the call.</summary>
    public required long Number { get; init; }

    /// <summary>Who called.</summary>
    public required string Client { get; init; }

    /// <summary>What was asked for.</summary>
    public required CallKind Kind { get; init; }

    /// <summary>When it began.</summary>
    public required long Invoked { get; init; }

    /// <summary>When its caller was done with it. One of unknown outcome may take effect later still.</summary>
    public long Returned { get; init; }

    /// <summary>Seconds from the start of the recording to the call's begin, for people.</summary>
    public double Seconds { get; init; }

    /// <summary>The edit that the call is about; for a submit the one that was answered.</summary>
    public string EditId { get; init; } = "";

    /// <summary>Of a submit: the <c>request_id</c>.</summary>
    public string RequestKey { get; init; } = "";

    /// <summary>Of a submit: names everything that the result depends on.</summary>
    public string Content { get; init; } = "";

    /// <summary>Of a submit: reasons for which this edit may fail whatever the system does.</summary>
    public IReadOnlyList<string> MayFailAs { get; init; } = [];

    /// <summary>Of a watch: only events with a higher number were asked for.</summary>
    public ulong AfterSequence { get; init; }

    /// <summary>Of a download: the artifact.</summary>
    public string Artifact { get; init; } = "";

    /// <summary>What the caller knows at the end.</summary>
    public CallOutcome Outcome { get; init; }

    /// <summary>gRPC status of a call that was not answered; else empty.</summary>
    public string Code { get; init; } = "";

    /// <summary>The error's stable reason; empty for none.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The edit in the answer; null for none.</summary>
    public SeenEdit? Edit { get; init; }

    /// <summary>Of a submit: whether the answer says that the edit existed before.</summary>
    public bool AlreadyExisted { get; init; }

    /// <summary>Of a list: every edit of every page.</summary>
    public IReadOnlyList<SeenEdit> Listed { get; init; } = [];

    /// <summary>Of a watch: what it delivered, in order, also when it broke.</summary>
    public IReadOnlyList<SeenEvent> Events { get; init; } = [];

    /// <summary>Of a download: SHA-256 of the bytes that came.</summary>
    public string Sha256 { get; init; } = "";
}

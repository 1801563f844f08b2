namespace VideoGrain.Orchestrator.Submission;

/// <summary>The messages of a submission, within the limits of a stream.</summary>
internal interface ISubmissionMessages
{
    /// <summary>The next message, or null after the last.</summary>
    Task<SubmissionMessage?> ReadAsync(CancellationToken cancellationToken);
}

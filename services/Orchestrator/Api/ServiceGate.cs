using Grpc.Core;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Api;

/// <summary>Holds calls back until the tables are there, and turns new work away while the service shuts down.</summary>
internal sealed class ServiceGate(Readiness readiness, Drain drain)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Lets a call in that reads or changes what is there.</summary>
    /// <exception cref="VideoGrainException">UNAVAILABLE: the service could not start.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        try
        {
            await readiness.Started.WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VideoGrainException(StatusCode.Unavailable, SubmissionReasons.ServiceNotStarted, "the service could not start; its log says why", exception);
        }
    }

    /// <summary>Lets a call in that brings new work.</summary>
    /// <exception cref="VideoGrainException">UNAVAILABLE: the service could not start, or shuts down.</exception>
    public async Task EnterWithWorkAsync(CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        if (drain.IsDraining)
            throw new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageDraining, "the service is shutting down") { RetryAfter = RetryAfter };
    }
}

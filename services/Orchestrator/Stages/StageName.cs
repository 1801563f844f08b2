using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>Stages in the words of the contract.</summary>
internal static class StageName
{
    /// <summary>The stage that a job in this state is in.</summary>
    public static Stage Of(JobState state) => state switch
    {
        JobState.Preparing => Stage.Preparing,
        JobState.Inverting => Stage.Inverting,
        JobState.Denoising => Stage.Denoising,
        JobState.Encoding => Stage.Encoding,
        _ => Stage.Unspecified,
    };
}

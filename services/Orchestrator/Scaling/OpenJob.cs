using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Scaling;

/// <summary>A job that has not ended, as far as its remaining GPU work is concerned.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Work">Its work from the beginning.</param>
/// <param name="StageDone">Part of the present stage that is done, 0 to 1.</param>
internal readonly record struct OpenJob(JobState State, GpuWork Work, double StageDone);

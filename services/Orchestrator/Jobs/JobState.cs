namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Where a job stands. The numbers are stored in the database and never change.</summary>
public enum JobState
{
    /// <summary>Accepted and durable; no worker has it.</summary>
    Queued = 1,

    /// <summary>A worker decodes the clip and resamples the masks.</summary>
    Preparing = 2,

    /// <summary>The clip's latents are inverted to noise (DDIM inversion).</summary>
    Inverting = 3,

    /// <summary>The latents are denoised under the target prompts.</summary>
    Denoising = 4,

    /// <summary>The edited frames are encoded as a clip.</summary>
    Encoding = 5,

    /// <summary>The result can be downloaded. Final.</summary>
    Succeeded = 6,

    /// <summary>The job ended with an error. Final.</summary>
    Failed = 7,

    /// <summary>The caller withdrew the job. Final.</summary>
    Cancelled = 8,
}

namespace VideoGrain.Editing.Random;

/// <summary>What a random draw is for; draws for different purposes never share numbers.</summary>
public enum NoisePurpose : uint
{
    /// <summary>Sampling the autoencoder's posterior.</summary>
    Posterior = 1,

    /// <summary>Noise on the source latents outside the regions.</summary>
    Blending = 2,

    /// <summary>Which of several tokens keeps a link in a trajectory.</summary>
    TrajectoryConflict = 3,

    /// <summary>Seeding of k-means.</summary>
    Clustering = 4,

    /// <summary>Drawing clips with replacement for confidence intervals.</summary>
    Bootstrap = 5,

    /// <summary>Faults injected into a running system to test it; no edit draws from it.</summary>
    FaultInjection = 6,
}

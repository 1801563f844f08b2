using VideoGrain.Diffusion.Configuration;

namespace VideoGrain.Diffusion.Schedulers;

/// <summary>
/// The noise schedule a model was trained with, from scheduler/scheduler_config.json. Which sampler the file names does not
/// matter: editing needs an invertible one, so DDIM with "leading" timesteps is built from it in any case, as published.
/// </summary>
public sealed record SchedulerConfig
{
    /// <summary>Number of timesteps in training.</summary>
    public int TrainTimesteps { get; init; } = 1000;

    /// <summary>Variance added at the first timestep.</summary>
    public double BetaStart { get; init; } = 0.00085;

    /// <summary>Variance added at the last timestep.</summary>
    public double BetaEnd { get; init; } = 0.012;

    /// <summary>True when the square root of the variance grows linearly ("scaled_linear"), false when the variance itself does ("linear").</summary>
    public bool ScaledLinear { get; init; } = true;

    /// <summary>Variances given one by one instead of by the ramp; null for the ramp.</summary>
    public IReadOnlyList<float>? TrainedBetas { get; init; }

    /// <summary>Whether the step behind timestep 0 is noise-free; otherwise it has the noise of timestep 0.</summary>
    public bool SetAlphaToOne { get; init; }

    /// <summary>Added to every timestep; 1 for Stable Diffusion 1.x.</summary>
    public int StepsOffset { get; init; } = 1;

    /// <summary>Reads a scheduler_config.json.</summary>
    /// <exception cref="ModelFormatException">A field is missing, out of range or asks for something a DDIM inversion cannot do.</exception>
    public static SchedulerConfig Read(string path)
    {
        var json = JsonConfig.Read(path);
        json.Choice("prediction_type", "epsilon", "epsilon");
        json.RequireBool("clip_sample", false);
        json.RequireBool("thresholding", false);
        json.RequireBool("rescale_betas_zero_snr", false);
        var timesteps = json.Int("num_train_timesteps", 2, ConfigLimits.TrainTimesteps, 1000);
        var trained = json.OptionalFloatList("trained_betas", timesteps);
        if (trained is not null && (trained.Length != timesteps || trained.Any(beta => beta is not (> 0 and < 1))))
            throw json.Fail("trained_betas", $"must list num_train_timesteps ({timesteps}) values between 0 and 1");
        var start = json.Number("beta_start", double.Epsilon, 1, 0.00085);
        return new SchedulerConfig
        {
            TrainTimesteps = timesteps,
            BetaStart = start,
            BetaEnd = json.Number("beta_end", start, 1 - 1e-6, 0.012),
            ScaledLinear = json.Choice("beta_schedule", "scaled_linear", "scaled_linear", "linear") == "scaled_linear",
            TrainedBetas = trained,
            SetAlphaToOne = json.Bool("set_alpha_to_one", true),
            StepsOffset = json.Int("steps_offset", 0, timesteps - 1, 0),
        };
    }
}

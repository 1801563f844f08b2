using VideoGrain.Diffusion.Schedulers;

namespace VideoGrain.Editing;

/// <summary>Which timesteps an inversion and an edit visit, which latents belong to which, and how strongly each step is modulated.</summary>
public sealed class EditTimeline
{
    private const int StrengthExponent = 5;

    private readonly EditOptions _options;
    private readonly DdimScheduler _denoising;
    private readonly DdimInverseScheduler _inversion;
    private readonly int[] _fullDenoising;

    /// <summary>Lays the steps out.</summary>
    /// <param name="schedule">Noise schedule of the model.</param>
    /// <param name="options">Options that passed <see cref="EditOptions.Validate"/>.</param>
    public EditTimeline(NoiseSchedule schedule, EditOptions options)
    {
        _options = options;
        Schedule = schedule;
        _denoising = new DdimScheduler(schedule, options.Steps);
        _inversion = new DdimInverseScheduler(schedule, options.EffectiveInversionSteps);
        _fullDenoising = [.. _denoising.Timesteps];
        Denoising = _fullDenoising[options.SkippedSteps..];
        Inversion = [.. _inversion.Timesteps.Skip(options.SkipFirstInversionStep ? 1 : 0)];
        SavedTimesteps = [.. Inversion.Where(_fullDenoising.Contains).Reverse()];
    }

    /// <summary>The model's noise schedule.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>Timesteps of the denoising run, falling; left-out leading steps are not in it.</summary>
    public IReadOnlyList<int> Denoising { get; }

    /// <summary>Timesteps of the inversion run, rising; a negative one stands for the clean latents.</summary>
    public IReadOnlyList<int> Inversion { get; }

    /// <summary>Inversion timesteps that are denoising timesteps as well, falling: whose features the released program saves.</summary>
    public IReadOnlyList<int> SavedTimesteps { get; }

    /// <summary>Coefficients of the denoising step at a timestep.</summary>
    public LinearStep DenoisingStep(int timestep) => _denoising.Coefficients(timestep);

    /// <summary>Coefficients of the inversion step at a timestep.</summary>
    public LinearStep InversionStep(int timestep) => _inversion.Coefficients(timestep);

    /// <summary>Timestep that a denoising step arrives at; negative after the last.</summary>
    public int Reached(int timestep) => _denoising.Previous(timestep);

    /// <summary>Timestep whose noise level the latents have after a number of inversion steps; negative for none.</summary>
    public int LevelAfter(int inversionSteps) =>
        inversionSteps == 0 ? Inversion[0] : _inversion.Next(Inversion[inversionSteps - 1]);

    /// <summary>Inversion steps after which the noise level is nearest to a timestep's.</summary>
    public int StepsToLevel(int timestep) =>
        Enumerable.Range(0, Inversion.Count + 1).MinBy(k => Math.Abs(LevelAfter(k) - timestep));

    /// <summary>
    /// The step factor g = ((t - 1) / 1000)^5 of a denoising step (golden data 4.4), 0 where the step is not modulated. Single precision, as
    /// released.
    /// </summary>
    /// <param name="step">Index of the step within <see cref="Denoising"/>.</param>
    public float Strength(int step)
    {
        if (step >= _options.EffectiveModulatedSteps) return 0;
        var timestep = _options.StrengthFollowsTimestep ? Denoising[step] : _fullDenoising[step];
        var fraction = Math.Max(0, timestep - 1) / (float)Schedule.Config.TrainTimesteps;
        return (float)Math.Pow(fraction, StrengthExponent);
    }

    /// <summary>Where the source features for a denoising step come from: the inversion latents to run on, and the timestep to run at.</summary>
    /// <param name="step">Index of the step within <see cref="Denoising"/>.</param>
    public (int InversionSteps, int Timestep) SourceOf(int step)
    {
        if (_options.AlignedInjection) return (StepsToLevel(Denoising[step]), Denoising[step]);
        var timestep = SavedTimesteps[step];
        return (Inversion.TakeWhile(t => t != timestep).Count(), timestep);
    }

    /// <summary>Inversion latents that the edit starts from.</summary>
    public int StartInversionSteps =>
        _options.AlignedStart && _options.SkippedSteps > 0 ? StepsToLevel(Denoising[0]) : Inversion.Count;

    /// <summary>Every inversion latent that an edit asks for besides the last, rising: keep these, drop the others.</summary>
    public IReadOnlyList<int> NeededInversionLatents
    {
        get
        {
            var needed = new SortedSet<int> { StartInversionSteps };
            if (_options.UsePnp)
                for (var step = 0; step < Math.Min(_options.InjectStep, Denoising.Count); step++) needed.Add(SourceOf(step).InversionSteps);
            needed.Remove(Inversion.Count);
            return [.. needed];
        }
    }
}

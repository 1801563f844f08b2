using VideoGrain.Editing;
using VideoGrain.Editing.Layouts;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.Tensors;
using EditOptions = VideoGrain.Editing.EditOptions;

namespace VideoGrain.Denoiser;

/// <summary>A denoising whose header is checked.</summary>
internal sealed class DenoisePlan
{
    private const string HeaderField = "header";

    private DenoisePlan(DenoiseHeader header, LoadedModel model, EditOptions options, IReadOnlyList<RegionMatch> matches)
    {
        (Header, Model, Options, Matches) = (header, model, options, matches);
        Clip = new ClipTensors(header.Geometry, model.Pipeline.Vae.Downscale, model.Pipeline.UNet.LatentChannels);
        Timeline = new EditTimeline(model.Pipeline.Schedule, options);
    }

    public DenoiseHeader Header { get; }

    public LoadedModel Model { get; }

    public EditOptions Options { get; }

    public IReadOnlyList<RegionMatch> Matches { get; }

    public ClipTensors Clip { get; }

    public EditTimeline Timeline { get; }

    /// <summary>Checks a header against limits and model.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT or NOT_FOUND with everything that is wrong.</exception>
    public static async Task<DenoisePlan> CreateAsync(DenoiseHeader header, StageHost stage, CancellationToken cancellation)
    {
        var violations = new ViolationList();
        violations.MaxLength($"{HeaderField}.job_id", header.JobId, HeaderChecks.MaxJobIdLength);
        if (header.TargetPrompt.Length == 0) violations.Add($"{HeaderField}.target_prompt", "must not be empty", ErrorReasons.FieldRequired);
        var options = EditOptionsMapping.ToEditing(
            HeaderField, header.Options, header.Control, header.SourcePrompt, header.NegativePrompt, violations);
        HeaderChecks.Steps(violations, $"{HeaderField}.options.steps", options.Steps, stage.Limits);
        CheckRegions(header, stage.Limits, violations);
        if (header is { HeatMapEvery: > 0, Regions.Count: 0 })
            violations.Add($"{HeaderField}.heat_map_every", "needs regions, whose phrases it shows", ErrorReasons.OptionOutOfRange);
        var model = await stage.LoadAsync(header.Model, violations, cancellation);
        GeometryChecks.Check(violations, $"{HeaderField}.geometry", header.Geometry, stage.Limits, model.Pipeline.Vae.Downscale);
        HeaderChecks.Prompt(violations, $"{HeaderField}.source_prompt", header.SourcePrompt, model.Pipeline.Tokenizer);
        HeaderChecks.Prompt(violations, $"{HeaderField}.negative_prompt", header.NegativePrompt, model.Pipeline.Tokenizer);
        var matches = Match(header, model, options, violations);
        if (model.FindControlNet(options.ControlType) is { } controlNet) options = options with { ControlType = controlNet };
        else violations.Add($"{HeaderField}.control.type", $"the model has no ControlNet for {options.ControlType}", EditReasons.ControlMismatch);
        violations.ThrowIfAny();
        var plan = new DenoisePlan(header, model, options, matches);
        violations.Range($"{HeaderField}.resume_steps_done", header.ResumeStepsDone, 0, plan.Timeline.Denoising.Count);
        violations.ThrowIfAny();
        return plan;
    }

    /// <summary>What the caller is told before it sends tensors.</summary>
    public DenoiseAccepted Accepted(StageHost stage) => new()
    {
        Model = stage.Describe(Model),
        Timesteps = { Timeline.Denoising },
        Options = Options.ToProto(Header.Options?.Profile is Profile.Published ? Profile.Published : Profile.Corrected),
        Matches = { Matches },
        InversionSteps = { Timeline.NeededInversionLatents.Select(steps => (uint)steps) },
    };

    /// <summary>Names of the tensors that an edit is prepared from; the others are latents.</summary>
    public static IReadOnlyList<string> PreparedFrom { get; } = [TensorNames.Masks, TensorNames.Control, TensorNames.Flow];

    /// <summary>The tensors that the job takes.</summary>
    public IEnumerable<TensorSpec> Takes()
    {
        yield return Clip.Latents(TensorNames.Latents);
        yield return Clip.Latents(TensorNames.SourceMean);
        if (Header.Regions.Count > 0) yield return Clip.Masks(TensorNames.Masks, Header.Regions.Count);
        if (Options.ControlType.Length > 0) yield return Clip.Pictures(TensorNames.Control, EditReasons.ControlMismatch);
        if (Options.FlattenDivisors.Count > 0 && Clip.Frames > 1) yield return Clip.Flow(TensorNames.Flow);
        if (Timeline.NeededInversionLatents is { Count: > 0 } needed)
            yield return Clip.Trajectory(TensorNames.SourceTrajectory, Timeline.Inversion.Count + 1, needed.Count);
        if (Header.ResumeStepsDone > 0) yield return Clip.Latents(TensorNames.Checkpoint);
    }

    private static void CheckRegions(DenoiseHeader header, StageLimitsOptions limits, ViolationList violations)
    {
        if (header.Regions.Count > limits.MaxRegions)
        {
            violations.Add(
                $"{HeaderField}.regions", FormattableString.Invariant($"may have {limits.MaxRegions} entries, has {header.Regions.Count}"), ErrorReasons.RegionLimitExceeded);
            return;
        }

        for (var i = 0; i < header.Regions.Count; i++) HeaderChecks.Name(violations, $"{HeaderField}.regions[{i}].id", header.Regions[i].Id);
        HeaderChecks.Unique(violations, [.. header.Regions.Select(region => region.Id)], i => $"{HeaderField}.regions[{i}].id");
    }

    /// <summary>Finds the phrases in the prompt. The masks are not there yet: a single covered cell stands for each.</summary>
    private static IReadOnlyList<RegionMatch> Match(DenoiseHeader header, LoadedModel model, EditOptions options, ViolationList violations)
    {
        if (header.Regions.Count > LayoutModulation.MaxRegions) return [];
        var cell = new LayoutMask(1, 1, 1, new byte[] { 1 });
        IReadOnlyList<RegionPrompt> regions = header.Regions.Count > 0 ? [.. header.Regions.Select(region => new RegionPrompt(region.Phrase, cell))] : [new("", cell)];
        try
        {
            var layout = PromptLayout.Create(model.Pipeline, header.TargetPrompt, regions, 1, 1, 1, options with { LaterRegionsOnTop = false });
            return [.. header.Regions.Select((region, i) => new RegionMatch
            {
                RegionId = region.Id,
                FirstToken = layout.Ranges[i] is { Count: > 0 } range ? range.Start : -1,
                TokenCount = (uint)(layout.Ranges[i]?.Count ?? 0),
            })];
        }
        catch (EditException failure)
        {
            violations.AddRange(failure.Violations.ToViolations(HeaderField));
            return [];
        }
    }
}

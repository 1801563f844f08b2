using VideoGrain.Editing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Streaming;
using EditOptions = VideoGrain.Editing.EditOptions;

namespace VideoGrain.Inversion;

/// <summary>An inversion whose header is checked.</summary>
internal sealed class InversionPlan
{
    private const string HeaderField = "header";

    private InversionPlan(InvertHeader header, LoadedModel model, EditOptions options)
    {
        (Header, Model, Options) = (header, model, options);
        Clip = new ClipTensors(header.Geometry, model.Pipeline.Vae.Downscale, model.Pipeline.UNet.LatentChannels);
        Timeline = new EditTimeline(model.Pipeline.Schedule, options);
    }

    public InvertHeader Header { get; }

    public LoadedModel Model { get; }

    public EditOptions Options { get; }

    public ClipTensors Clip { get; }

    public EditTimeline Timeline { get; }

    /// <summary>Checks a header against limits and model.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT or NOT_FOUND with everything that is wrong.</exception>
    public static async Task<InversionPlan> CreateAsync(InvertHeader header, StageHost stage)
    {
        var violations = new ViolationList();
        violations.MaxLength($"{HeaderField}.job_id", header.JobId, HeaderChecks.MaxJobIdLength);
        if (!Enum.IsDefined(header.Latents)) violations.Add($"{HeaderField}.latents", "unknown value");
        var options = EditOptionsMapping.ToEditing(HeaderField, header.Options, header.Control, header.SourcePrompt, "", violations);
        HeaderChecks.Steps(violations, $"{HeaderField}.options.inversion_steps", options.EffectiveInversionSteps, stage.Limits);
        var model = await stage.LoadAsync(header.Model, violations);
        GeometryChecks.Check(violations, $"{HeaderField}.geometry", header.Geometry, stage.Limits, model.Pipeline.Vae.Downscale);
        HeaderChecks.Prompt(violations, $"{HeaderField}.source_prompt", header.SourcePrompt, model.Pipeline.Tokenizer);
        options = options with { ControlType = ControlNetOf(options.ControlType, model, violations) };
        if (header.ReturnAttention && header.ResumeStepsDone > 0)
            violations.Add($"{HeaderField}.return_attention", "is not possible when resuming: the maps cover every step");
        violations.ThrowIfAny();
        var plan = new InversionPlan(header, model, options);
        violations.Range($"{HeaderField}.resume_steps_done", header.ResumeStepsDone, 0, plan.Timeline.Inversion.Count);
        violations.ThrowIfAny();
        return plan;
    }

    /// <summary>What the caller is told before it sends tensors.</summary>
    public InvertAccepted Accepted(StageHost stage) => new()
    {
        Model = stage.Describe(Model),
        Timesteps = { Enumerable.Range(1, Timeline.Inversion.Count).Select(Timeline.LevelAfter) },
        Options = Options.ToProto(Header.Options?.Profile is Profile.Published ? Profile.Published : Profile.Corrected),
    };

    /// <summary>The tensors that the job takes.</summary>
    public IEnumerable<TensorSpec> Takes()
    {
        yield return Clip.Pictures(TensorNames.Frames, ErrorReasons.TensorShapeMismatch);
        yield return Clip.Latents(TensorNames.PosteriorNoise, isRequired: false);
        if (Options.ControlType.Length > 0) yield return Clip.Pictures(TensorNames.Control, EditReasons.ControlMismatch);
        if (Options.FlattenDivisors.Count > 0 && Clip.Frames > 1) yield return Clip.Flow(TensorNames.Flow);
        if (Header.ResumeStepsDone > 0) yield return Clip.Latents(TensorNames.Checkpoint);
    }

    private static string ControlNetOf(string type, LoadedModel model, ViolationList violations)
    {
        if (model.FindControlNet(type) is { } name) return name;
        violations.Add($"{HeaderField}.control.type", $"the model has no ControlNet for {type}", EditReasons.ControlMismatch);
        return type;
    }
}

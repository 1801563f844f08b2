using VideoGrain.Diffusion.Text;
using VideoGrain.Editing;
using VideoGrain.Editing.Layouts;
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
    private const int MaxNouns = 77;

    private InversionPlan(InvertHeader header, LoadedModel model, EditOptions options, IReadOnlyList<NounMatch> nouns)
    {
        (Header, Model, Options, Nouns) = (header, model, options, nouns);
        Clip = new ClipTensors(header.Geometry, model.Pipeline.Vae.Downscale, model.Pipeline.UNet.LatentChannels);
        Timeline = new EditTimeline(model.Pipeline.Schedule, options);
    }

    public InvertHeader Header { get; }

    public LoadedModel Model { get; }

    public EditOptions Options { get; }

    public IReadOnlyList<NounMatch> Nouns { get; }

    public ClipTensors Clip { get; }

    public EditTimeline Timeline { get; }

    /// <summary>Checks a header against limits and model.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT or NOT_FOUND with everything that is wrong.</exception>
    public static async Task<InversionPlan> CreateAsync(InvertHeader header, StageHost stage, CancellationToken cancellation)
    {
        var violations = new ViolationList();
        violations.MaxLength($"{HeaderField}.job_id", header.JobId, HeaderChecks.MaxJobIdLength);
        if (!Enum.IsDefined(header.Latents)) violations.Add($"{HeaderField}.latents", "unknown value");
        var options = EditOptionsMapping.ToEditing(HeaderField, header.Options, header.Control, header.SourcePrompt, "", violations);
        HeaderChecks.Steps(violations, $"{HeaderField}.options.inversion_steps", options.EffectiveInversionSteps, stage.Limits);
        var model = await stage.LoadAsync(header.Model, violations, cancellation);
        GeometryChecks.Check(violations, $"{HeaderField}.geometry", header.Geometry, stage.Limits, model.Pipeline.Vae.Downscale);
        HeaderChecks.Prompt(violations, $"{HeaderField}.source_prompt", header.SourcePrompt, model.Pipeline.Tokenizer);
        options = options with { ControlType = ControlNetOf(options.ControlType, model, violations) };
        var nouns = Locate(header, model.Pipeline.Tokenizer, violations);
        violations.ThrowIfAny();
        var plan = new InversionPlan(header, model, options, nouns);
        violations.Range($"{HeaderField}.resume_steps_done", header.ResumeStepsDone, 0, plan.Timeline.Inversion.Count);
        violations.Range($"{HeaderField}.attention_steps", header.AttentionSteps, 0, plan.Timeline.Inversion.Count);
        violations.ThrowIfAny();
        return plan;
    }

    /// <summary>What the caller is told before it sends tensors.</summary>
    public InvertAccepted Accepted(StageHost stage) => new()
    {
        Model = stage.Describe(Model),
        Timesteps = { Enumerable.Range(1, Timeline.Inversion.Count).Select(Timeline.LevelAfter) },
        Options = Options.ToProto(Header.Options?.Profile is Profile.Published ? Profile.Published : Profile.Corrected),
        Nouns = { Nouns },
        Attention = Grid(),
    };

    /// <summary>The tensors that the job takes.</summary>
    public IEnumerable<TensorSpec> Takes()
    {
        yield return Clip.Pictures(TensorNames.Frames, ErrorReasons.TensorShapeMismatch);
        yield return Clip.Latents(TensorNames.PosteriorNoise, isRequired: false);
        if (Options.ControlType.Length > 0) yield return Clip.Pictures(TensorNames.Control, EditReasons.ControlMismatch);
        if (Options.FlattenDivisors.Count > 0 && Clip.Frames > 1) yield return Clip.Flow(TensorNames.Flow);
        if (Header.ResumeStepsDone == 0) yield break;
        yield return Header.ReturnAttention
            ? Clip.Trajectory(TensorNames.SourceTrajectory, (int)Header.ResumeStepsDone)
            : Clip.Latents(TensorNames.Checkpoint);
    }

    private AttentionGrid Grid()
    {
        var grid = Editing.Attention.AttentionGrid.Of(Clip.Rows, Clip.Columns);
        var pixels = grid.LatentsPerToken * Model.Pipeline.Vae.Downscale;
        return new AttentionGrid { Rows = (uint)grid.Rows, Columns = (uint)grid.Columns, PixelsPerToken = (uint)pixels };
    }

    private static IReadOnlyList<NounMatch> Locate(InvertHeader header, ClipTokenizer tokenizer, ViolationList violations)
    {
        if (header.Nouns.Count > MaxNouns)
        {
            violations.Add($"{HeaderField}.nouns", $"may have {MaxNouns} entries, has {header.Nouns.Count}", ErrorReasons.OptionOutOfRange);
            return [];
        }

        // What is too long has been reported.
        var prompt = header.SourcePrompt.Length <= ClipTokenizer.MaxTextLength ? tokenizer.Encode(header.SourcePrompt).Ids : [];
        var matches = new List<NounMatch>();
        for (var i = 0; i < header.Nouns.Count; i++)
        {
            var (field, noun) = ($"{HeaderField}.nouns[{i}]", header.Nouns[i]);
            if (string.IsNullOrWhiteSpace(noun))
                violations.Add(field, "must not be empty", ErrorReasons.FieldRequired);
            else if (noun.Length > HeaderChecks.MaxNameLength)
                violations.MaxLength(field, noun, HeaderChecks.MaxNameLength);
            else if (TokenMatching.Find(prompt, tokenizer.Encode(noun).Content) is { } range)
                matches.Add(new NounMatch { Noun = noun, FirstToken = (uint)range.Start, TokenCount = (uint)range.Count });
            else
                violations.Add(field, $"\"{noun}\" does not occur in the source prompt", EditReasons.NounNotFound);
        }

        return matches;
    }

    private static string ControlNetOf(string type, LoadedModel model, ViolationList violations)
    {
        if (model.FindControlNet(type) is { } name) return name;
        violations.Add($"{HeaderField}.control.type", $"the model has no ControlNet for {type}", EditReasons.ControlMismatch);
        return type;
    }
}

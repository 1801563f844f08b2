using VideoGrain.Media;

namespace VideoGrain.Segmentation.Models;

/// <summary>Every decoder by its name in profiles.</summary>
internal static class Decoders
{
    private const int WarmUpSide = 64;

    private static readonly Dictionary<string, IRegionDecoder> Regions = new(StringComparer.Ordinal)
    {
        ["semantic_logits"] = new SemanticLogitsDecoder(),
        ["instances"] = new InstancesDecoder(),
        ["yolo_seg"] = new YoloSegDecoder(),
        ["query_masks"] = new QueryMasksDecoder(),
    };

    private static readonly Dictionary<string, DecoderSpec> Specs = new DecoderSpec[]
    {
        DepthModel.Spec, PoseModel.Spec, PromptableModel.Spec, FlowModel.Spec,
    }.Concat(Regions.Select(r => DecoderSpec.Of(
        r.Key, ModelTask.Segmentation, new NetworkRoles(r.Value.Roles) { TakesWindows = r.Value is IDenseDecoder }, (model, cancellation) => new RegionDetector(model, r.Value).WarmUp(cancellation))))
        .ToDictionary(s => s.Name, StringComparer.Ordinal);

    /// <summary>An empty picture for a network's first run.</summary>
    public static Frame WarmUpFrame => new(WarmUpSide, WarmUpSide, Colour.Black);

    /// <summary>Models that find objects by themselves.</summary>
    public static ModelKind<RegionDetector> Detector { get; } = new(
        profile => Regions.ContainsKey(profile.Decoder), "finds regions", model => new RegionDetector(model, Regions[model.Profile.Decoder]));

    /// <summary>Models that cut out what a point or a box shows.</summary>
    public static ModelKind<PromptableModel> Promptable { get; } = new(
        profile => profile.Decoder == PromptableModel.Decoder, "answers points and boxes", model => new PromptableModel(model));

    public static ModelKind<DepthModel> Depth { get; } = new(
        profile => profile.Decoder == DepthModel.Decoder, "estimates depth", model => new DepthModel(model));

    public static ModelKind<PoseModel> Pose { get; } = new(
        profile => profile.Decoder == PoseModel.Decoder, "estimates poses", model => new PoseModel(model));

    public static ModelKind<FlowModel> Flow { get; } = new(
        profile => profile.Decoder == FlowModel.Decoder, "estimates flow", model => new FlowModel(model));

    /// <summary>The decoder of a profile.</summary>
    /// <exception cref="ModelProfileException">There is no such decoder.</exception>
    public static DecoderSpec Of(ModelProfile profile) => Specs.TryGetValue(profile.Decoder, out var spec)
        ? spec
        : throw new ModelProfileException(
            $"model '{profile.Name}': decoder '{profile.Decoder}' is unknown; known: {string.Join(", ", Specs.Keys.Order(StringComparer.Ordinal))}.");
}

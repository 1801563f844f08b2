using VideoGrain.Media;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Cuts out what a point or a box shows (SAM 2 as exported without its memory). The encoder turns a frame into features:
/// <c>image_embed</c> [1, c, h, w] and, where the model has them, <c>high_res_feats_0</c> and <c>high_res_feats_1</c>. The mask decoder
/// takes these, <c>point_coords</c> [1, n, 2] in pixels of the encoder's input, <c>point_labels</c> [1, n] (1 a point inside, 2 and 3
/// the corners of a box, -1 padding), <c>mask_input</c> [1, 1, h, w] with <c>has_mask_input</c> [1], left empty, and gives
/// <c>masks</c> [1, k, h, w], above 0 inside, with <c>iou_predictions</c> [1, k], how good each is.
/// </summary>
internal sealed class PromptableModel(OnnxModel model)
{
    /// <summary>Name of the decoder in profiles.</summary>
    public const string Decoder = "promptable";

    private const string Encoder = "encoder";
    private const string MaskDecoder = "mask_decoder";
    private const string ImageEmbed = "image_embed";
    private const string PointCoordinates = "point_coords";
    private const string PointLabels = "point_labels";
    private const string MaskInput = "mask_input";
    private const string HasMaskInput = "has_mask_input";
    private const string ImageSize = "orig_im_size";
    private const string Masks = "masks";
    private const string Quality = "iou_predictions";
    private const float Inside = 1;
    private const float TopLeft = 2;
    private const float BottomRight = 3;
    private const float Padding = -1;

    // Cells of the mask input per cell of the features, for models that leave its size open.
    private const int MaskCells = 4;

    private static readonly string[] FineFeatures = ["high_res_feats_0", "high_res_feats_1"];

    public static DecoderSpec Spec { get; } = new(
        Decoder,
        ModelTask.Segmentation,
        new Dictionary<string, NetworkRoles>
        {
            [Encoder] = new([ImageEmbed]),
            [MaskDecoder] = new([Masks, Quality], TakesPicture: false)
            {
                Inputs = [ImageEmbed, PointCoordinates, PointLabels],
                OptionalInputs = [.. FineFeatures, MaskInput, HasMaskInput, ImageSize],
            },
        },
        (model, cancellation) =>
        {
            var promptable = new PromptableModel(model);
            promptable.AtPoint(promptable.Encode(Decoders.WarmUpFrame, cancellation), 1, 1, cancellation);
        });

    public ModelProfile Profile => model.Profile;

    /// <summary>Computes a frame's features, once for all prompts.</summary>
    public EncodedFrame Encode(Frame frame, CancellationToken cancellationToken)
    {
        var input = ModelInput.Of(frame, model[Encoder].Input);
        string[] roles = [ImageEmbed, .. FineFeatures.Where(model[MaskDecoder].Takes)];
        if (roles.FirstOrDefault(role => !model[Encoder].Profile.Outputs.ContainsKey(role)) is { } missing)
            throw new ModelProfileException($"model '{Profile.Name}': {Decoder} needs networks.{Encoder}.outputs.{missing}.");
        var features = model[Encoder].Run(
            input,
            roles,
            outputs => roles.Select(role => new Feature(role, outputs.Floats(role).ToArray(), outputs.Require(role, 1, -1, -1, -1))).ToArray(),
            cancellationToken);
        return new EncodedFrame(input, frame.Width, frame.Height, features);
    }

    /// <summary>What may be meant by a point, in pixels of the frame.</summary>
    public IReadOnlyList<PromptedMask> AtPoint(EncodedFrame frame, double x, double y, CancellationToken cancellationToken)
        => Decode(frame, [(x, y, Inside), (0, 0, Padding)], cancellationToken);

    /// <summary>What may be meant by a box, in pixels of the frame.</summary>
    public IReadOnlyList<PromptedMask> InBox(EncodedFrame frame, FrameBox box, CancellationToken cancellationToken)
        => Decode(frame, [(box.Left, box.Top, TopLeft), (box.Right, box.Bottom, BottomRight)], cancellationToken);

    private IReadOnlyList<PromptedMask> Decode(EncodedFrame frame, (double X, double Y, float Label)[] points, CancellationToken cancellationToken)
    {
        var (input, network) = (frame.Input, model[MaskDecoder]);
        var (sx, sy) = (input.Profile.Width * input.Columns / frame.Width, input.Profile.Height * input.Rows / frame.Height);
        var embedding = frame.Features.First(f => f.Role == ImageEmbed).Shape;
        var inputs = new List<NetworkInput>();
        void Feed(string role, float[] values, params long[] shape)
        {
            if (network.Takes(role))
                inputs.Add(new NetworkInput(network.Profile.Inputs[role], values, shape));
        }

        foreach (var feature in frame.Features)
            Feed(feature.Role, feature.Values, feature.Shape);
        Feed(PointCoordinates, [.. points.SelectMany(p => new[] { (float)(p.X * sx), (float)(p.Y * sy) })], 1, points.Length, 2);
        Feed(PointLabels, [.. points.Select(p => p.Label)], 1, points.Length);
        if (network.Takes(MaskInput))
        {
            var open = network.InputShape(MaskInput);
            long rows = open is [_, _, > 0, _] ? open[2] : embedding[2] * MaskCells, columns = open is [_, _, _, > 0] ? open[3] : embedding[3] * MaskCells;
            Feed(MaskInput, new float[rows * columns], 1, 1, rows, columns);
        }

        Feed(HasMaskInput, [0], 1);
        Feed(ImageSize, [frame.Height, frame.Width], 2);
        return network.Run(inputs, [Masks, Quality], outputs => Read(outputs, frame), cancellationToken);
    }

    // Models that take the size of the frame answer in it; others answer in pixels of the encoder's input.
    private IReadOnlyList<PromptedMask> Read(ModelOutputs outputs, EncodedFrame frame)
    {
        var shape = outputs.Require(Masks, 1, -1, -1, -1);
        var (count, rows, columns) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        outputs.Require(Quality, 1, count);
        var masks = outputs.Floats(Masks);
        var quality = outputs.Floats(Quality);
        var input = model[MaskDecoder].Takes(ImageSize) ? frame.Input.Filled() : frame.Input;
        var found = new List<PromptedMask>();
        for (var k = 0; k < count; k++)
        {
            var mask = ModelSpace.ToMask(masks.Slice(k * rows * columns, rows * columns), rows, columns, input, frame.Width, frame.Height, threshold: 0);
            if (!mask.IsEmpty && !float.IsNaN(quality[k]))
                found.Add(new PromptedMask(mask, Math.Clamp(quality[k], 0, 1)));
        }

        return [.. found.OrderByDescending(f => f.Score)];
    }
}

using VideoGrain.Media;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.Testing;

namespace VideoGrain.Segmentation.Tests.Models;

/// <summary>A thousand damaged files, made from good ones of every decoder: each is a typed error, or a model that still works.</summary>
public sealed class DamagedModelTests : IDisposable
{
    private const int Files = 1000;
    private const int Side = 32;

    private static readonly MaskCleanUp CleanUp = new(1, 0);

    private readonly TestModels _models = new();

    [Fact]
    public void Acquire_AThousandDamagedModels_AreTypedErrorsOrStillWork()
    {
        var goods = Goods().ToList();
        var random = new Random(11);
        var refused = 0;
        for (var i = 0; i < Files; i++)
        {
            var (name, profile, networks, use) = goods[i % goods.Count];
            var bad = ((string File, byte[] Model)[])networks.Clone();
            var at = random.Next(bad.Length);
            bad[at].Model = Damage(bad[at].Model, random);
            _models.Install(name, profile, bad);
            try
            {
                use();
            }
            catch (ModelProfileException error)
            {
                refused++;
                Assert.DoesNotContain(_models.Folder, error.Message, StringComparison.Ordinal);
            }

            _models.Remove(name);
            Assert.Empty(_models.Registry.Profiles);
        }

        Assert.InRange(refused, Files / 2, Files);
    }

    public void Dispose() => _models.Dispose();

    // Cut short, bits flipped, bytes overwritten, or a piece repeated.
    private static byte[] Damage(byte[] good, Random random)
    {
        var bad = (byte[])good.Clone();
        switch (random.Next(4))
        {
            case 0:
                return bad[..random.Next(bad.Length)];
            case 1:
                for (var flips = random.Next(1, 8); flips > 0; flips--)
                    bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
                return bad;
            case 2:
                random.NextBytes(bad.AsSpan(random.Next(bad.Length - 4), 4));
                return bad;
            default:
                var (from, length) = (random.Next(bad.Length - 16), random.Next(1, 16));
                return [.. bad[..(from + length)], .. bad[from..]];
        }
    }

    // Graphs whose outputs are constants leave a damaged shape or value to the decoders.
    private IEnumerable<(string Name, string Profile, (string, byte[])[] Networks, Action Use)> Goods()
    {
        var frame = new Frame(48, Side, new Colour(200, 30, 30));
        var stop = TestContext.Current.CancellationToken;
        void Detect()
        {
            using var detector = _models.Detector();
            detector.Model.Detect(frame, CleanUp, stop);
        }

        yield return ("colours", ToyModels.ColoursProfile("colours"), [("model.onnx", ToyModels.Colours())], Detect);
        yield return ("windows", ToyModels.ColoursProfile("windows").Replace("  width: 16", "  width: 16\n  fit: windows", StringComparison.Ordinal), [("model.onnx", ToyModels.Colours())], Detect);
        yield return Constants("instances", Detect, ("boxes", [1f, 2, 20, 20], [1, 4]), ("scores", [0.9f], [1]), ("masks", [1f, 1, 1, 1], [1, 1, 2, 2]));
        yield return Constants("yolo_seg", Detect, ("predictions", [16f, 16, 8, 8, 0.1f, 0.9f, 0, 1], [1, 8, 1]), ("prototypes", [1f, 1, 1, 1], [1, 1, 2, 2]));
        yield return Constants("query_masks", Detect, ("class_logits", [0f, 9, 0, 0], [1, 1, 4]), ("mask_logits", [1f, -1, 1, -1], [1, 1, 2, 2]));
        yield return (
            "wand", ToyModels.WandProfile, [("encoder.onnx", ToyModels.WandEncoder()), ("decoder.onnx", ToyModels.WandDecoder())], () =>
            {
                using var wand = _models.Take(Decoders.Promptable);
                wand.Model.AtPoint(wand.Model.Encode(frame, stop), 4, 4, stop);
            }
        );
        yield return (
            "pose", ToyModels.PoseProfile, [("detector.onnx", ToyModels.PersonDetector()), ("keypoints.onnx", ToyModels.Keypoints(17, _ => 1, _ => (18, 24)))], () =>
            {
                using var pose = _models.Take(Decoders.Pose);
                pose.Model.Draw(frame, stop);
            }
        );
        yield return ("raft", ToyModels.FlowProfile(16, 16), [("model.onnx", ToyModels.Brightening(16, 16))], () =>
        {
            using var flow = _models.Take(Decoders.Flow);
            flow.Model.Estimate(frame, frame, stop);
        }
        );
        var (name, profile, networks, _) = Constants("depth", Detect, ("depth", [1f, 2, 3, 4], [1, 2, 2]));
        yield return (name, profile.Replace("task: segmentation", "task: control", StringComparison.Ordinal), networks, () =>
        {
            using var depth = _models.Take(Decoders.Depth);
            depth.Model.Draw(frame, stop);
        }
        );
    }

    private static (string, string, (string, byte[])[], Action) Constants(string decoder, Action use, params (string Role, float[] Values, long[] Shape)[] outputs)
    {
        var graph = new OnnxModelWriter().Input("image", OnnxElement.Float, 1, 3, Side, Side);
        foreach (var (role, values, shape) in outputs)
            graph.Constant(role + "_", values, shape).Output(role, OnnxElement.Float, [.. shape.Cast<object>()]).Node("Identity", [role + "_"], [role]);
        List<string> roles = [.. outputs.Select(o => o.Role)];
        if (decoder == "instances")
        {
            graph.Constant("labels_", [1L], 1).Output("labels", OnnxElement.Int64, 1).Node("Identity", ["labels_"], ["labels"]);
            roles.Add("labels");
        }

        var profile = $"""
            name: m
            task: segmentation
            decoder: {decoder}
            file: model.onnx
            licence: MIT
            source: here
            input:
              name: image
              width: {Side}
              height: {Side}
            outputs: {"{"}{string.Join(", ", roles.Select(r => $"{r}: {r}"))}{"}"}
            classes: [background, cat, dog]
            background_class: background
            """;
        return ("m", profile, [("model.onnx", graph.ToArray())], use);
    }
}

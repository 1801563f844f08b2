using VideoGrain.Diffusion;
using VideoGrain.Diffusion.Control;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Editing;
using VideoGrain.Editing.Attention;
using VideoGrain.Editing.Layouts;
using VideoGrain.Tensors;

namespace VideoGrain.Golden.Groups;

/// <summary>Group h: the modulation inside the UNet at single steps.</summary>
public sealed class StLayoutRunner : IGroupRunner
{
    // Largest change that isolating one kind of modulation makes is given with few digits.
    private const double IsolationTolerance = 1e-3;

    /// <inheritdoc/>
    public string Group => "h";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } =
        ["prompts", "negative_prompt", "num_inference_steps", "timestep_of_step", "control_residuals", "flatten_res", "treg", "isolation_max_abs_change"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        var (report, model, options) = (context.Report, context.Model(golden), EditingCase.Options(golden) with { ControlType = "" });
        using var scope = model.Engine.BeginScope();
        var timeline = new EditTimeline(model.Schedule, options);
        var strengths = golden.Json.GetProperty("treg").EnumerateArray().Select(v => v.GetSingle()).ToArray();
        report.CompareExact(golden, "treg", [.. Enumerable.Range(0, strengths.Length).Select(timeline.Strength)], strengths);

        var layout = PromptLayout.Create(
            model, EditingCase.Prompts(golden)[0], EditingCase.Regions(golden), golden.Frames, golden.LatentHeight, golden.LatentWidth, options);
        var text = golden.Floats("text_cond");
        report.CompareNorm(golden, "text_cond", layout.EmbedWithPhrases(model), text.AsSpan(text.Length / 2), EditingCase.LatentBound);
        var network = new Network(golden, model, text);

        // The controller replaces what the UNet is called with, so these embeddings have no effect.
        golden.Skip(name => name == "encoder_hidden_states");
        foreach (var step in golden.Json.GetProperty("timestep_of_step").EnumerateObject())
        {
            var index = int.Parse(step.Name, System.Globalization.CultureInfo.InvariantCulture);
            var timestep = step.Value.GetInt32();
            Assert.Equal(timestep, timeline.Denoising[index]);
            var hooks = new RecordingHooks(options, Window(layout, options), timeline.Strength(index));
            context.CompareClip(golden, $"step{index}.noise_pred", network.Predict(timestep, hooks));
            if (index == 0) Recorded(golden, report, hooks);
        }

        Isolated("iso.none", 0, 0);
        Isolated("iso.self_only", options.LambdaSelf, 0);
        Isolated("iso.cross_only", 0, options.LambdaCross);
        CheckIsolation(golden);

        void Isolated(string name, float self, float cross)
        {
            var only = options with { LambdaSelf = self, LambdaCross = cross };
            var hooks = new EditHooks(only, Window(layout, only), null, timeline.Strength(0), null);
            context.CompareClip(golden, name, network.Predict(timeline.Denoising[0], hooks));
        }
    }

    private static ClipWindow Window(PromptLayout layout, EditOptions options)
    {
        var frames = Enumerable.Range(0, layout.Masks[0].Frames).ToArray();
        return new ClipWindow(new FrameWindow(frames, [.. frames.Select(_ => 1f)]), options) { Layout = layout };
    }

    private static void Recorded(GoldenCase golden, GoldenReport report, RecordingHooks hooks)
    {
        foreach (var (name, values) in hooks.Recorded)
        {
            var expected = golden.Floats($"step0.{name}");
            report.Compare(golden, $"step0.{name}", values, expected);
        }

        // Scores exist only inside the fused attention; the context vectors, compared above, follow from them.
        golden.Skip(name => name is "step0.self.before" or "step0.self.after" or "step0.cross.before" or "step0.cross.after");
        // Results after the output projection include the residual in this port; the next layers' agreement covers them.
        golden.Skip(name => name is "step0.attn1.out" or "step0.attn2.out");
    }

    /// <summary>The stored runs themselves say which branch each modulation touches.</summary>
    private static void CheckIsolation(GoldenCase golden)
    {
        var plain = golden.Floats("iso.none");
        foreach (var item in golden.Json.GetProperty("isolation_max_abs_change").EnumerateObject())
        {
            var changed = golden.Floats($"iso.{item.Name}");
            for (var branch = 0; branch < 2; branch++)
            {
                var half = plain.Length / 2;
                var largest = Enumerable.Range(branch * half, half).Max(i => Math.Abs(changed[i] - plain[i]));
                Assert.Equal(item.Value[branch].GetDouble(), largest, IsolationTolerance);
            }
        }
    }

    /// <summary>Keeps what goes into and comes out of the first transformer of down block 1.</summary>
    private sealed class RecordingHooks(EditOptions options, ClipWindow window, float strength) : UNetHooks
    {
        private readonly EditHooks _inner = new(options, window, null, strength, null);

        public Dictionary<string, float[]> Recorded { get; } = [];

        public override Tensor SelfAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v)
        {
            var result = _inner.SelfAttention(engine, site, q, k, v);
            if (!IsRecorded(site)) return result;
            Keep(engine, ("attn1.to_q", q), ("attn1.to_k", k), ("attn1.to_v", v), ("attn1.ctx", result));
            return result;
        }

        public override Tensor CrossAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v)
        {
            var result = _inner.CrossAttention(engine, site, q, k, v);
            if (!IsRecorded(site)) return result;
            Keep(engine, ("attn2.to_q", q), ("attn2.ctx", result));
            Recorded["attn2.to_k"] = PerFrame(Download(engine, k), site);
            Recorded["attn2.to_v"] = PerFrame(Download(engine, v), site);
            return result;
        }

        private static bool IsRecorded(in AttentionSite site) => site is { Block: UNetBlock.Down, BlockIndex: 1, LayerIndex: 0 };

        // The reference repeats a branch's text for every frame.
        private static float[] PerFrame(float[] values, AttentionSite site) =>
            [.. values.Chunk(values.Length / site.Branches).SelectMany(branch => Enumerable.Repeat(branch, site.Frames)).SelectMany(v => v)];

        private static float[] Download(IEngine engine, Tensor tensor)
        {
            var values = new float[tensor.ElementCount];
            engine.Download(tensor, values);
            return values;
        }

        private void Keep(IEngine engine, params ReadOnlySpan<(string Name, Tensor Tensor)> tensors)
        {
            foreach (var (name, tensor) in tensors) Recorded[name] = Download(engine, tensor);
        }
    }

    /// <summary>The UNet with the case's latents, text and control residuals.</summary>
    private sealed class Network
    {
        private readonly GoldenCase _golden;
        private readonly StableDiffusion _model;
        private readonly Tensor _sample;
        private readonly TextConditioning _text;
        private readonly ControlResiduals _control;

        public Network(GoldenCase golden, StableDiffusion model, float[] text)
        {
            (_golden, _model) = (golden, model);
            _sample = Images("sample");
            var shape = golden.Shape("text_cond");
            _text = model.UNet.Prepare(model.Engine.Upload(text, shape));
            var down = golden.TensorNames.Count(name => name.StartsWith("ctrl_down_", StringComparison.Ordinal));
            _control = new ControlResiduals(Enumerable.Range(0, down).Select(i => Images($"ctrl_down_{i}")), Images("ctrl_mid"), 1);
        }

        /// <summary>[2 * f, h, w, c].</summary>
        public float[] Predict(int timestep, UNetHooks hooks)
        {
            var engine = _model.Engine;
            using var scope = engine.BeginScope();
            var prediction = _model.UNet.Forward(_sample, 2, _golden.Frames, timestep, _text, _control, hooks);
            var values = new float[prediction.ElementCount];
            engine.Download(prediction, values);
            return values;
        }

        private Tensor Images(string name)
        {
            var shape = _golden.Shape(name);
            return _model.Engine.Upload(ClipLayout.ToImages(_golden.Floats(name), shape), shape[0] * shape[2], shape[3], shape[4], shape[1]);
        }
    }
}

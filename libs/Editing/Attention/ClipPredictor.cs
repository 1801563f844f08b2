using VideoGrain.Diffusion;
using VideoGrain.Diffusion.Control;
using VideoGrain.Diffusion.UNet;

namespace VideoGrain.Editing.Attention;

/// <summary>
/// Predicts the noise of a whole clip, window by window where it is longer than one pass. Activations in use do not grow with the clip.
/// </summary>
internal sealed class ClipPredictor(
    StableDiffusion model, EditOptions options, RgbClip? control, Func<FrameWindow, ControlCondition?, ClipWindow> makeWindow)
{
    private ClipWindow? _whole;

    /// <summary>Computes ahead what all steps of a clip that fits one pass share, in the current scope.</summary>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="height">Latent rows.</param>
    /// <param name="width">Latent columns.</param>
    public void Prepare(int frames, int height, int width)
    {
        if (WindowPlan.Build(frames, options.ClipLength, options.WindowOverlap, options.AnchorFrames, 0) is not [var window]) return;
        _whole = makeWindow(window, Control(window));
        for (var level = 0; level < model.UNet.Levels; level++)
        {
            var (rows, columns) = (Padding.Side(model, height) >> level, Padding.Side(model, width) >> level);
            if (_whole.Layout is not null) _whole.Level(rows, columns);
            if (options.FlattenDivisors.Contains(1 << level)) _whole.Selection(level, rows, columns);
        }
    }

    /// <summary>The guided prediction for the clip.</summary>
    /// <param name="latents">Noisy latents.</param>
    /// <param name="step">Index of the step.</param>
    /// <param name="timestep">Diffusion timestep of the latents.</param>
    /// <param name="text">Text of the branches.</param>
    /// <param name="hooksFor">Hooks for a window.</param>
    /// <param name="cancellation">Checked between windows.</param>
    /// <exception cref="NonFiniteException">The prediction is not finite.</exception>
    public LatentClip Predict(
        LatentClip latents, int step, int timestep, TextPair text, Func<ClipWindow, UNetHooks> hooksFor, CancellationToken cancellation)
    {
        var sum = new LatentClip(latents.Frames, latents.Height, latents.Width, latents.Channels);
        var weights = new float[latents.Frames];
        foreach (var frames in WindowPlan.Build(latents.Frames, options.ClipLength, options.WindowOverlap, options.AnchorFrames, step))
        {
            cancellation.ThrowIfCancellationRequested();
            var whole = frames.Frames.Length == latents.Frames;
            // What a whole clip needs is kept for all steps, in the run's scope; what a window needs goes with it.
            if (whole) _whole ??= makeWindow(frames, Control(frames));
            using var scope = model.Engine.BeginScope();
            var window = whole ? _whole! : makeWindow(frames, Control(frames));
            var part = whole ? latents : latents.Select(frames.Frames);
            var prediction = Guide(Evaluate(part, timestep, text, window, hooksFor(window)), text.Branches);
            if (!Array.TrueForAll(prediction, float.IsFinite)) throw new NonFiniteException(FindLayer(part, timestep, text, window, hooksFor));
            if (whole) return latents.With(prediction);
            Accumulate(prediction, frames, sum, weights);
        }

        for (var frame = 0; frame < weights.Length; frame++)
        {
            foreach (ref var value in sum.Values.AsSpan(frame * sum.FrameSize, sum.FrameSize)) value /= weights[frame];
        }

        return sum;
    }

    /// <summary>Runs the network on a window's latents for its hooks' sake.</summary>
    public void Observe(LatentClip latents, int timestep, TextPair text, ClipWindow window, UNetHooks hooks)
    {
        using var scope = model.Engine.BeginScope();
        Evaluate(window.Frames.Length == latents.Frames ? latents : latents.Select(window.Frames), timestep, text, window, hooks);
    }

    private float[] Evaluate(LatentClip latents, int timestep, TextPair text, ClipWindow window, UNetHooks hooks)
    {
        var engine = model.Engine;
        var (height, width) = (Padding.Side(model, latents.Height), Padding.Side(model, latents.Width));
        var fitted = (height, width) == (latents.Height, latents.Width) ? latents : latents.Fit(height, width);
        var one = engine.Upload(fitted.Values, fitted.Frames, height, width, fitted.Channels);
        var batch = text.Branches == 1 ? one : engine.ConcatBatch(one, one);
        // The clean latents' step has a negative timestep, which the networks were never shown.
        timestep = Math.Max(0, timestep);
        var residuals = window.Control is null
            ? null
            : model.ControlNets[options.ControlType].Forward(
                batch, text.Branches, latents.Frames, timestep, text.Control!, window.Control, options.ControlScale, hooks);
        var prediction = model.UNet.Forward(batch, text.Branches, latents.Frames, timestep, text.UNet, residuals, hooks);
        var values = new float[prediction.ElementCount];
        engine.Download(prediction, values);
        return fitted == latents
            ? values
            : Padding.Fit<float>(values, text.Branches * latents.Frames, height, width, latents.Channels, latents.Height, latents.Width);
    }

    private ControlCondition? Control(FrameWindow window)
    {
        if (options.ControlType.Length == 0) return null;
        var part = window.Frames.Length == control!.Frames ? control : control.Select(window.Frames);
        var factor = model.Vae.Downscale;
        var (height, width) = (Padding.Side(model, part.Height / factor) * factor, Padding.Side(model, part.Width / factor) * factor);
        if ((height, width) != (part.Height, part.Width)) part = part.Fit(height, width);
        return model.ControlNets[options.ControlType].Condition(ClipEncoder.Upload(model.Engine, part, 0, part.Frames, 1, 0));
    }

    private float[] Guide(float[] prediction, int branches)
    {
        if (branches == 1) return prediction;
        var half = prediction.Length / 2;
        var result = new float[half];
        for (var i = 0; i < half; i++) result[i] = prediction[i] + options.GuidanceScale * (prediction[half + i] - prediction[i]);
        return result;
    }

    private string FindLayer(LatentClip latents, int timestep, TextPair text, ClipWindow window, Func<ClipWindow, UNetHooks> hooksFor)
    {
        if (!latents.IsFinite) return "latents";
        var probe = new FiniteCheckHooks(hooksFor(window));
        Evaluate(latents, timestep, text, window, probe);
        return probe.FirstNonFiniteLayer ?? "noise prediction";
    }

    private static void Accumulate(float[] prediction, FrameWindow window, LatentClip sum, float[] weights)
    {
        for (var i = 0; i < window.Frames.Length; i++)
        {
            var (frame, weight) = (window.Frames[i], window.Weights[i]);
            if (weight == 0) continue;
            weights[frame] += weight;
            var target = sum.Values.AsSpan(frame * sum.FrameSize, sum.FrameSize);
            var source = prediction.AsSpan(i * sum.FrameSize, sum.FrameSize);
            for (var j = 0; j < target.Length; j++) target[j] += weight * source[j];
        }
    }
}

using VideoGrain.Diffusion;

namespace VideoGrain.Editing;

/// <summary>Checks that inversion and editing share.</summary>
internal static class ClipChecks
{
    /// <summary>Frame count and frame size.</summary>
    public static void Clip(List<OptionViolation> violations, StableDiffusion model, int frames, int height, int width)
    {
        if (frames > EditOptions.MaxFrames)
            violations.Add(new("clip", $"has {frames} frames, the limit is {EditOptions.MaxFrames}", EditReasons.FrameLimitExceeded));
        if (height % model.Vae.Downscale != 0 || width % model.Vae.Downscale != 0)
            violations.Add(new("clip", $"sides must be multiples of {model.Vae.Downscale}, got {width} x {height}", EditReasons.FrameSizeInvalid));
    }

    /// <summary>Control map and optical flow against the clip.</summary>
    public static void Guides(
        List<OptionViolation> violations, StableDiffusion model, EditOptions options, RgbClip? control, FlowField? flow, bool hasTables, int frames, int height, int width)
    {
        if (options.ControlType.Length > 0)
        {
            if (!model.ControlNets.ContainsKey(options.ControlType))
                violations.Add(new("control_type", $"the model has no ControlNet for \"{options.ControlType}\"", EditReasons.ControlMismatch));
            if (control is null)
            {
                violations.Add(new("control", $"is needed for control type \"{options.ControlType}\"", EditReasons.ControlMismatch));
            }
            else if ((control.Frames, control.Height, control.Width) != (frames, height, width))
            {
                violations.Add(new(
                    "control", $"must be {frames} frames of {width} x {height}, got {control.Frames} of {control.Width} x {control.Height}",
                    EditReasons.ControlMismatch));
            }
        }

        if (options.FlattenDivisors.Count == 0 || hasTables) return;
        if (flow is null)
        {
            violations.Add(new("flow", "is needed for trajectory attention", EditReasons.FlowMismatch));
        }
        else if ((flow.Transitions, flow.Height, flow.Width) != (frames - 1, height, width))
        {
            violations.Add(new(
                "flow", $"must be {frames - 1} fields of {width} x {height}, got {flow.Transitions} of {flow.Width} x {flow.Height}",
                EditReasons.FlowMismatch));
        }
    }

    /// <summary>Flow as large as the network's latents, see <see cref="Padding"/>.</summary>
    public static FlowField? Fitted(FlowField? flow, StableDiffusion model)
    {
        if (flow is null) return null;
        var factor = model.Vae.Downscale;
        var (height, width) = (Padding.Side(model, flow.Height / factor) * factor, Padding.Side(model, flow.Width / factor) * factor);
        return (height, width) == (flow.Height, flow.Width) ? flow : flow.Fit(height, width);
    }

    /// <summary>A checkpoint against the run it should resume.</summary>
    /// <exception cref="EditException">It belongs to another run.</exception>
    public static void Checkpoint(LatentCheckpoint resume, LatentClip like, int steps)
    {
        if (resume.StepsDone < 0 || resume.StepsDone > steps)
            throw new EditException(EditReasons.CheckpointCorrupt, "resume.steps_done", $"must be from 0 to {steps}, got {resume.StepsDone}");
        if (!resume.Latents.SameShape(like))
            throw new EditException(EditReasons.CheckpointCorrupt, "resume.latents", $"must be {like}, got {resume.Latents}");
        if (!resume.Latents.IsFinite)
            throw new EditException(EditReasons.CheckpointCorrupt, "resume.latents", "hold a value that is not finite");
    }
}

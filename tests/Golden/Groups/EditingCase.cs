using System.Text.Json;
using VideoGrain.Diffusion;
using VideoGrain.Diffusion.Schedulers;
using VideoGrain.Editing;
using VideoGrain.Editing.Trajectories;
using VideoGrain.Tensors;

namespace VideoGrain.Golden.Groups;

/// <summary>Reads what the editing groups have in common out of a case.</summary>
internal static class EditingCase
{
    /// <summary>Bound on the relative L2 error of latents at every step.</summary>
    public const double LatentBound = 1e-4;

    /// <summary>Bound on predictions that are computed back from latents, which multiplies their rounding.</summary>
    public const double PredictionBound = 2e-4;

    /// <summary>The prediction that made a scheduler step from one latent to the next.</summary>
    public static float[] PredictionOf(LatentClip before, LatentClip after, LinearStep step)
    {
        var result = new float[before.Values.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (float)((after.Values[i] - (double)step.Sample * before.Values[i]) / step.Noise);
        return result;
    }

    /// <summary>The published profile with the case's options.</summary>
    public static EditOptions Options(GoldenCase golden)
    {
        var options = EditOptions.ForProfile(EditProfile.Published) with { ControlType = StableDiffusion.DefaultControlNet };
        foreach (var field in golden.Json.EnumerateObject())
        {
            var value = field.Value;
            options = field.Name switch
            {
                "source_prompt" => options with { SourcePrompt = value.GetString()! },
                "negative_prompt" => options with { NegativePrompt = value.GetString()! },
                "guidance_scale" => options with { GuidanceScale = value.GetSingle() },
                "controlnet_conditioning_scale" => options with { ControlScale = value.GetSingle() },
                "num_inference_steps" => options with { Steps = value.GetInt32() },
                "num_inverse_steps" => options with { InversionSteps = value.GetInt32() },
                "blending_percentage" => options with { BlendingPercentage = value.GetSingle() },
                "flatten_res" => options with { FlattenDivisors = Divisors(golden, value) },
                "old_qk" => options with { OldQk = value.GetInt32() == 1 },
                "use_pnp" => options with { UsePnp = value.GetBoolean() },
                "inject_step" => options with { InjectStep = value.GetInt32() },
                "freeu" => options with { FreeU = FreeU(value) },
                _ => options,
            };
        }

        return options;
    }

    /// <summary>The regions: prompts 1 and on, with the layouts (f, s, 1, h, w) in their order, enlarged where they are stored small.</summary>
    public static RegionPrompt[] Regions(GoldenCase golden)
    {
        var prompts = Prompts(golden);
        var name = golden.Has("layouts") ? "layouts" : "layouts_small";
        var (values, shape) = (golden.Floats(name), golden.Shape(name));
        var (frames, regions, height, width) = (shape[0], shape[1], shape[3], shape[4]);
        Assert.Equal(prompts.Length - 1, regions);
        return [.. Enumerable.Range(0, regions).Select(region =>
        {
            var mask = new byte[frames * height * width];
            for (var i = 0; i < mask.Length; i++)
            {
                var frame = i / (height * width);
                mask[i] = values[(frame * regions + region) * height * width + i % (height * width)] != 0 ? (byte)1 : (byte)0;
            }

            return new RegionPrompt(prompts[region + 1], new LayoutMask(frames, height, width, mask));
        })];
    }

    public static string[] Prompts(GoldenCase golden) => [.. golden.Json.GetProperty("prompts").EnumerateArray().Select(p => p.GetString()!)];

    /// <summary>The clip, with every pixel repeated where it is stored small.</summary>
    public static RgbClip Clip(GoldenCase golden)
    {
        var name = golden.Has("frames_u8") ? "frames_u8" : "frames_small_u8";
        var shape = golden.Shape(name);
        return Enlarge(golden, golden.Bytes(name), shape[0], shape[1], shape[2]);
    }

    /// <summary>The control map, stored (f, 3, H, W).</summary>
    public static RgbClip Control(GoldenCase golden)
    {
        var name = golden.Has("control_u8") ? "control_u8" : "control_small_u8";
        var shape = golden.Shape(name);
        var values = golden.Bytes(name);
        var (frames, pixels) = (shape[0], shape[2] * shape[3]);
        var interleaved = new byte[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (frame, channel, pixel) = (i / (3 * pixels), i / pixels % 3, i % pixels);
            interleaved[(frame * pixels + pixel) * 3 + channel] = values[i];
        }

        return Enlarge(golden, interleaved, frames, shape[2], shape[3]);
    }

    /// <summary>Posterior noise, stored (f, c, h, w).</summary>
    public static LatentClip PosteriorNoise(GoldenCase golden)
    {
        var shape = golden.Shape("vae_noise");
        return new LatentClip(shape[0], shape[2], shape[3], shape[1], ClipLayout.ToChannelsLast(golden.Floats("vae_noise"), shape));
    }

    /// <summary>Rows of a tensor (n, c, f, h, w) as clips.</summary>
    public static LatentClip[] Latents(GoldenCase golden, string name)
    {
        var shape = golden.Shape(name);
        var (channels, frames, height, width) = (shape[1], shape[2], shape[3], shape[4]);
        var values = ClipLayout.ToImages(golden.Floats(name), shape);
        return [.. values.Chunk(channels * frames * height * width).Select(row => new LatentClip(frames, height, width, channels, row))];
    }

    /// <summary>Trajectory tables "trajH" and "maskH" by level, from this case or the one it names; null when it has none.</summary>
    public static Func<int, KeySelection>? FlowTables(GoldenCase golden)
    {
        if (!golden.Json.TryGetProperty("trajectory_tables", out var reference)) return null;
        using var source = golden.OpenSibling(reference.GetProperty("from_case").GetString()!);
        var tables = new Dictionary<int, KeySelection>();
        foreach (var name in reference.GetProperty("names").EnumerateArray().Select(n => n.GetString()!).Where(n => n.StartsWith("traj", StringComparison.Ordinal)))
        {
            var rows = int.Parse(name["traj".Length..], System.Globalization.CultureInfo.InvariantCulture);
            var level = Enumerable.Range(0, 8).First(r => golden.LatentHeight >> r == rows);
            tables[level] = Table(source, level, rows).Select(membersOnly: false);
        }

        return level => tables[level];
    }

    /// <summary>The stored table of one level: entries (frame, row, col), padding masked.</summary>
    public static TrajectoryTable Table(GoldenCase golden, int level, int rows)
    {
        var columns = golden.LatentWidth >> level;
        var (entries, mask) = (golden.Ints($"traj{rows}"), golden.Bytes($"mask{rows}"));
        var indices = new int[mask.Length];
        for (var i = 0; i < mask.Length; i++)
            indices[i] = mask[i] == 0 ? KeySelection.None : (entries[3 * i] * rows + entries[3 * i + 1]) * columns + entries[3 * i + 2];
        var radius = level == 0 ? TrajectoryTable.FinestRadius : TrajectoryTable.CoarseRadius;
        return new TrajectoryTable(golden.Frames, (2 * radius + 1) * (2 * radius + 1), golden.Shape($"mask{rows}")[1], indices);
    }

    private static int[] Divisors(GoldenCase golden, JsonElement resolutions) =>
        [.. resolutions.EnumerateArray().Select(size =>
        {
            var divisor = golden.LatentHeight / size[0].GetInt32();
            Assert.Equal(golden.LatentWidth / size[1].GetInt32(), divisor);
            return divisor;
        })];

    private static FreeUOptions? FreeU(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null) return null;
        Assert.Equal(json.GetProperty("stage1_channels").GetInt32() / 2, json.GetProperty("stage1_scaled_channels").GetInt32());
        Assert.Equal(json.GetProperty("stage2_channels").GetInt32() / 2, json.GetProperty("stage2_scaled_channels").GetInt32());
        return new FreeUOptions
        {
            B1 = json.GetProperty("b1").GetSingle(),
            B2 = json.GetProperty("b2").GetSingle(),
            S1 = json.GetProperty("s1").GetSingle(),
            S2 = json.GetProperty("s2").GetSingle(),
            Stage1Channels = json.GetProperty("stage1_channels").GetInt32(),
            Stage2Channels = json.GetProperty("stage2_channels").GetInt32(),
        };
    }

    private static RgbClip Enlarge(GoldenCase golden, byte[] pixels, int frames, int height, int width)
    {
        const int PixelsPerLatent = 8;
        var factor = golden.LatentHeight * PixelsPerLatent / height;
        Assert.Equal(golden.LatentWidth * PixelsPerLatent, width * factor);
        if (factor == 1) return new RgbClip(frames, height, width, pixels);
        var result = new byte[pixels.Length * factor * factor];
        for (var i = 0; i < result.Length; i++)
        {
            var (channel, x) = (i % 3, i / 3 % (width * factor));
            var row = i / 3 / (width * factor);
            var (frame, y) = (row / (height * factor), row % (height * factor));
            result[i] = pixels[((frame * height + y / factor) * width + x / factor) * 3 + channel];
        }

        return new RgbClip(frames, height * factor, width * factor, result);
    }
}

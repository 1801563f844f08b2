using VideoGrain.Editing.Tests.Support;

namespace VideoGrain.Editing.Tests;

[Collection(TinyModel.Collection)]
public sealed class EditLoopTests(TinyModel tiny)
{
    public static TheoryData<string> Variants => ["corrected", "published", "pnp", "flatten", "windows", "sparse", "skip", "no guidance"];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Run_ResumedAtAnyStep_GivesTheBitsOfAnUninterruptedRun(string variant)
    {
        var request = Variant(variant);
        var steps = new List<StepProgress>();
        var whole = tiny.Edits.Run(request, steps.Add, cancellation: TestContext.Current.CancellationToken);

        foreach (var step in steps)
        {
            var resumed = Run(request with { Resume = step.Checkpoint });
            Assert.Equal(whole.Values, resumed.Values);
        }

        Assert.True(whole.IsFinite);
        Assert.Equal(Enumerable.Range(0, steps.Count), steps.Select(s => s.Index));
        Assert.All(steps, s => Assert.Equal(steps.Count, s.Count));
    }

    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(2, 9, 13)]
    [InlineData(2, 5, 17)]
    public void Run_AnyShape_KeepsItsSizes(int frames, int height, int width)
    {
        var flow = new FlowField(frames - 1, 8 * height, 8 * width, new float[(frames - 1) * 128 * height * width]);
        var request = TinyModel.Request(TinyModel.Options with { FlattenDivisors = [1, 4] }, frames) with
        {
            Inverted = TinyModel.Latents(frames, height, width),
            Source = TinyModel.Latents(frames, height, width, 1),
            Control = TinyModel.Clip(frames, 8 * height, 8 * width),
            Flow = flow,
        };
        var pixels = 0;

        var result = tiny.Edits.Run(request, null, (_, batch) => pixels += batch.Pixels.Length, TestContext.Current.CancellationToken);

        Assert.True(result.SameShape(request.Inverted));
        Assert.Equal(frames * height * width * 64 * 3, pixels);
    }

    [Fact]
    public void Run_AnotherSeed_ChangesOnlyWhatIsDrawn()
    {
        var request = TinyModel.Request(TinyModel.Options);

        var first = Run(request);
        var second = Run(
            request with { Options = request.Options with { Seed = 8 } });

        Assert.NotEqual(first.Values, second.Values);
    }

    [Fact]
    public void Run_OutsideTheRegions_EndsAtTheSource()
    {
        var request = TinyModel.Request(TinyModel.Options);

        var result = Run(request);

        // The regions cover the outer thirds; column 4 of 8 lies in neither.
        for (var pixel = 4; pixel < TinyModel.Frames * 64; pixel += 8)
            Assert.Equal(request.Source.Values.AsSpan(pixel * 4, 4), result.Values.AsSpan(pixel * 4, 4));
        Assert.NotEqual(request.Source.Values[0], result.Values[0]);
    }

    [Fact]
    public void Run_Modulation_ChangesTheResult()
    {
        var request = TinyModel.Request(TinyModel.Options);
        var results = new[]
        {
            request.Options with { LambdaSelf = 0, LambdaCross = 0 },
            request.Options with { LambdaCross = 0 },
            request.Options with { LambdaSelf = 0 },
            request.Options,
            request.Options with { ModulateFinest = false },
            request.Options with { SelfBranches = GuidanceBranches.Unconditional },
            request.Options with { SelfBranches = GuidanceBranches.Conditional },
        }.Select(o => Run(request with { Options = o }).Values[0]).ToArray();

        Assert.Equal(results.Length, results.Distinct().Count());
    }

    [Fact]
    public void Run_Cancelled_StopsBetweenSteps()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var steps = 0;

        Assert.Throws<OperationCanceledException>(() => tiny.Edits.Run(
            TinyModel.Request(TinyModel.Options),
            _ =>
            {
                steps++;
                source.Cancel();
            },
            cancellation: source.Token));

        Assert.Equal(1, steps);
    }

    [Fact]
    public void Run_Frames_AreHandedOutInOrderWithPreviewsOnTheWay()
    {
        var previews = new List<int>();
        var starts = new List<int>();
        var count = 0;

        tiny.Edits.Run(
            TinyModel.Request(TinyModel.Options, 5) with { PreviewInterval = 2 },
            step =>
            {
                if (step.Preview is { Frames: 1, Height: TinyModel.Side }) previews.Add(step.Index);
            },
            (start, frames) =>
            {
                starts.Add(start);
                count += frames.Frames;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal([1, 3], previews);
        Assert.Equal(5, count);
        Assert.Equal(starts.Order(), starts);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Run_HeatMaps_ShowEachPhraseInEveryFrameAndChangeNothing(int clipLength)
    {
        var options = TinyModel.Options with { ClipLength = clipLength, WindowOverlap = clipLength / 3, AnchorFrames = clipLength / 3 };
        var request = TinyModel.Request(options, frames: 5);
        var maps = new List<PhraseMaps>();

        var result = tiny.Edits.Run(
            request with { HeatMapInterval = 2 }, step => maps.AddRange(step.HeatMaps is { } map ? [map] : []), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(Run(request).Values, result.Values);
        Assert.Equal(2, maps.Count);
        Assert.Equal((2, 5, 8, 8), (maps[0].Regions, maps[0].Frames, maps[0].Height, maps[0].Width));
        Assert.All(maps[1].Values.Chunk(64), map => Assert.True(map.Distinct().Count() > 1));
    }

    [Fact]
    public void Run_Prepared_GivesTheBitsOfARunInOne()
    {
        var request = Variant("pnp");
        using var prepared = tiny.Edits.Prepare(Setup(request));

        var result = tiny.Edits.Run(
            prepared, new EditLatents { Inverted = request.Inverted, Source = request.Source, Trajectory = request.Trajectory },
            cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(Run(request).Values, result.Values);
    }

    [Fact]
    public void Run_PreparedForAnotherSize_IsRefused()
    {
        var request = TinyModel.Request(TinyModel.Options);
        using var prepared = tiny.Edits.Prepare(Setup(request));

        var failure = Assert.Throws<EditException>(() => tiny.Edits.Run(
            prepared, new EditLatents { Inverted = TinyModel.Latents(2), Source = TinyModel.Latents(2) }, cancellation: TestContext.Current.CancellationToken));

        Assert.Equal((EditReasons.LatentMismatch, "inverted"), (failure.Reason, failure.Field));
    }

    [Fact]
    public void Run_LongClip_TakesNoMoreMemoryThanAShortOne()
    {
        var options = TinyModel.Options with { Steps = 2, ClipLength = 8, WindowOverlap = 2, AnchorFrames = 1, UsePnp = true, InjectStep = 1 };

        Assert.Equal(Peak(TinyModel.Request(options, frames: 16)), Peak(TinyModel.Request(options, frames: 48)));
    }

    [Fact]
    public void Run_MoreSteps_TakeNoMoreMemory()
    {
        var options = TinyModel.Options with { UsePnp = true, InjectStep = 2 };

        Assert.Equal(Peak(TinyModel.Request(options with { Steps = 3 })), Peak(TinyModel.Request(options with { Steps = 9 })));
    }

    private static EditSetup Setup(EditRequest request) => new()
    {
        Prompt = request.Prompt,
        Regions = request.Regions,
        Options = request.Options,
        Control = request.Control,
        Frames = TinyModel.Frames,
        Height = TinyModel.LatentSide,
        Width = TinyModel.LatentSide,
    };

    private long Peak(EditRequest request)
    {
        using var engine = new Tensors.Cpu.CpuEngine(new Tensors.Cpu.CpuEngineOptions { Threads = 1 });
        new EditLoop(tiny.Model.Bind(engine), TimeProvider.System).Run(request, cancellation: TestContext.Current.CancellationToken);
        return engine.PeakBytesInUse;
    }

    [Fact]
    public void Run_NonFiniteStart_IsRefused()
    {
        var request = TinyModel.Request(TinyModel.Options);
        var latents = request.Inverted.Copy();
        latents.Values[5] = float.NaN;

        var failure = Assert.Throws<EditException>(() => Run(request with { Inverted = latents }));

        Assert.Equal(EditReasons.NonFiniteLatents, failure.Reason);
    }

    [Fact]
    public void Decode_PixelsOverflow_NamesTheFrame()
    {
        var latents = TinyModel.Request(TinyModel.Options).Inverted.Copy();
        latents.Values.AsSpan(latents.FrameSize, latents.FrameSize).Fill(3e38f);

        var failure = Assert.Throws<NonFiniteFramesException>(() => FrameDecoder.Decode(tiny.Model, latents, (_, _) => { }, 2, TestContext.Current.CancellationToken));

        Assert.Equal((EditReasons.NonFiniteLatents, 1), (failure.Reason, failure.Frame));
    }

    [Fact]
    public void Run_NumbersOverflow_NamesStepAndLayer()
    {
        var request = TinyModel.Request(TinyModel.Options);
        var latents = request.Inverted.With([.. request.Inverted.Values.Select(v => v * 1e38f)]);

        var failure = Assert.Throws<NonFiniteLatentsException>(() =>
            Run(request with { Inverted = latents.With([.. latents.Values.Select(v => float.Clamp(v, -3e38f, 3e38f))]) }));

        Assert.Equal((EditReasons.NonFiniteLatents, "denoising", 0), (failure.Reason, failure.Stage, failure.Step));
        Assert.NotEmpty(failure.Layer);
        Assert.NotEqual("latents", failure.Layer);
    }

    [Fact]
    public void Run_ResultEqualToTheSource_IsAnError()
    {
        var request = TinyModel.Request(TinyModel.Options);

        var failure = Assert.Throws<EditException>(() =>
            Run(request with { Resume = new LatentCheckpoint(TinyModel.Options.Steps, request.Source) }));

        Assert.Equal(EditReasons.NothingChanged, failure.Reason);
    }

    [Fact]
    public void Run_ForeignCheckpoint_IsRefused()
    {
        var request = TinyModel.Request(TinyModel.Options);

        foreach (var checkpoint in new LatentCheckpoint[] { new(5, request.Inverted), new(-1, request.Inverted), new(1, TinyModel.Latents(2)) })
        {
            var failure = Assert.Throws<EditException>(() => Run(request with { Resume = checkpoint }));
            Assert.Equal(EditReasons.CheckpointCorrupt, failure.Reason);
        }
    }

    [Fact]
    public void Validate_ManyMistakes_AreReportedTogether()
    {
        var request = TinyModel.Request(TinyModel.Options with { FlattenDivisors = [1], UsePnp = true, InjectStep = 2 }) with
        {
            Prompt = string.Join(' ', Enumerable.Repeat("cherry", 80)),
            Regions = [new("polar bear", TinyModel.Columns(2, 0, 3)), new("cherry", TinyModel.Columns(3, 0, 0))],
            Control = null,
            Source = TinyModel.Latents(2),
            Trajectory = null,
        };

        var violations = tiny.Edits.Validate(request);

        Assert.Equal(
            [
                ("source", EditReasons.LatentMismatch),
                ("trajectory", EditReasons.TrajectoryRequired),
                ("control", EditReasons.ControlMismatch),
                ("flow", EditReasons.FlowMismatch),
                ("prompt", EditReasons.TokensExceedLimit),
                ("regions[0].phrase", EditReasons.RegionPromptNotFound),
                ("regions[0].mask", EditReasons.MaskSizeMismatch),
                ("regions[1].mask", EditReasons.RegionEmpty),
            ],
            violations.Select(v => (v.Field, v.Reason)));
    }

    [Fact]
    public void Validate_RegionHiddenByLaterOnes_IsEmpty()
    {
        var request = TinyModel.Request(TinyModel.Options) with
        {
            Regions = [new("Iron Man", TinyModel.Columns(3, 0, 3)), new("Spiderman", TinyModel.Columns(3, 0, 9))],
        };

        var violation = Assert.Single(tiny.Edits.Validate(request));

        Assert.Equal(("regions[0].mask", EditReasons.RegionEmpty), (violation.Field, violation.Reason));
        Assert.Empty(tiny.Edits.Validate(request with { Options = request.Options with { LaterRegionsOnTop = false } }));
    }

    [Fact]
    public void Validate_UnknownControl_NamesIt()
    {
        var request = TinyModel.Request(TinyModel.Options with { ControlType = "tea leaves" });

        Assert.Contains("tea leaves", Assert.Single(tiny.Edits.Validate(request)).Message, StringComparison.Ordinal);
    }

    private LatentClip Run(EditRequest request) => tiny.Edits.Run(request, cancellation: TestContext.Current.CancellationToken);

    private static EditRequest Variant(string name)
    {
        var options = TinyModel.Options;
        var flow = new FlowField(TinyModel.Frames - 1, TinyModel.Side, TinyModel.Side, new float[(TinyModel.Frames - 1) * 64 * 64 * 2]);
        return name switch
        {
            "corrected" => TinyModel.Request(options),
            "published" => TinyModel.Request(EditOptions.ForProfile(EditProfile.Published) with { Steps = 4, ControlType = options.ControlType }),
            "pnp" => TinyModel.Request(options with { UsePnp = true, InjectStep = 2 }),
            "flatten" => TinyModel.Request(options with { FlattenDivisors = [1, 2] }) with { Flow = flow },
            "windows" => TinyModel.Request(options with { ClipLength = 3, WindowOverlap = 1, AnchorFrames = 1 }, 6),
            "sparse" => TinyModel.Request(options with { AttentionSpan = AttentionSpan.SparseCausal, FreeU = new FreeUOptions { S1 = 0.9f } }),
            "skip" => TinyModel.Request(options with { BlendingPercentage = 0.25f }),
            "no guidance" => TinyModel.Request(options with { GuidanceScale = 1 }),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "unknown variant"),
        };
    }
}

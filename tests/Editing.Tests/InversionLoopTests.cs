using VideoGrain.Editing.Tests.Support;

namespace VideoGrain.Editing.Tests;

[Collection(TinyModel.Collection)]
public sealed class InversionLoopTests(TinyModel tiny)
{
    private static readonly InversionRequest Request = new()
    {
        Clip = TinyModel.Clip(),
        Control = TinyModel.Clip(),
        Options = TinyModel.Options,
    };

    [Fact]
    public void Run_ResumedAtAnyStep_GivesTheBitsOfAnUninterruptedRun()
    {
        var steps = new List<StepProgress>();
        var whole = tiny.Inversions.Run(Request, steps.Add, TestContext.Current.CancellationToken);

        foreach (var step in steps)
        {
            var resumed = tiny.Inversions.Run(Request with { Resume = step.Checkpoint }, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(whole.Inverted.Values, resumed.Inverted.Values);
            Assert.Equal(whole.Source.Values, resumed.Source.Values);
        }

        Assert.Equal([-249, 1, 251, 501], steps.Select(s => s.Timestep));
    }

    [Fact]
    public void Run_RecordedAttention_CoversEveryFrame()
    {
        var result = tiny.Inversions.Run(Request with { RecordAttention = true }, cancellation: TestContext.Current.CancellationToken);

        var attention = Assert.IsType<AttentionRecord>(result.Attention);
        Assert.Equal((3, 8, 8, 77), (attention.Frames, attention.Height, attention.Width, attention.TextTokens));
        for (var frame = 0; frame < 3; frame++)
        {
            foreach (var row in attention.SelfOf(frame).ToArray().Chunk(64)) Assert.InRange(row.Sum(), 0, 1);
        }
    }

    [Fact]
    public void Run_SizeTheUNetCannotTake_RecordsOnlyTheClip()
    {
        var clip = TinyModel.Clip(2, 72, 104);
        var request = Request with { Clip = clip, Control = clip, RecordAttention = true };

        var result = tiny.Inversions.Run(request, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((9, 13), (result.Inverted.Height, result.Inverted.Width));
        Assert.Equal((9, 13), (result.Attention!.Height, result.Attention.Width));
        Assert.Equal(2 * 117 * 117, result.Attention.Self.Length);
    }

    [Fact]
    public void Run_LongClip_TakesNoMoreMemoryThanAShortOne()
    {
        var options = TinyModel.Options with { Steps = 2, ClipLength = 3, WindowOverlap = 1, AnchorFrames = 0 };
        var peaks = new[] { 9, 27 }.Select(frames =>
        {
            using var engine = new Tensors.Cpu.CpuEngine(new Tensors.Cpu.CpuEngineOptions { Threads = 1 });
            var request = new InversionRequest { Clip = TinyModel.Clip(frames), Control = TinyModel.Clip(frames), Options = options };
            new InversionLoop(tiny.Model.Bind(engine), TimeProvider.System).Run(request, cancellation: TestContext.Current.CancellationToken);
            return engine.PeakBytesInUse;
        }).ToArray();

        Assert.Equal(peaks[0], peaks[1]);
    }

    [Fact]
    public void Validate_ClipOfOddSize_IsRefused()
    {
        var request = Request with { Clip = TinyModel.Clip(2, 60, 64), Control = TinyModel.Clip(2, 60, 64) };

        Assert.Equal(EditReasons.FrameSizeInvalid, Assert.Single(tiny.Inversions.Validate(request)).Reason);
    }

    [Fact]
    public void Validate_RecordingResumedRun_IsRefused()
    {
        var request = Request with { RecordAttention = true, Resume = new LatentCheckpoint(1, TinyModel.Latents()) };

        Assert.Equal("trajectory", Assert.Single(tiny.Inversions.Validate(request)).Field);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_RecordingResumedRun_RecordsWhatAnUninterruptedOneDoes(int attentionSteps)
    {
        var kept = new List<LatentClip>();
        var request = Request with { RecordAttention = true, AttentionSteps = attentionSteps };
        var whole = tiny.Inversions.Run(request, step => kept.Add(step.Latents), TestContext.Current.CancellationToken);

        var resumed = tiny.Inversions.Run(
            request with { Resume = new LatentCheckpoint(3, kept[2]), Trajectory = steps => kept[steps - 1] }, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(whole.Attention!.Self, resumed.Attention!.Self);
        Assert.Equal(whole.Attention.Cross, resumed.Attention.Cross);
    }

    [Fact]
    public void Run_RecordingInWindows_CoversEveryFrameOnce()
    {
        var options = TinyModel.Options with { ClipLength = 3, WindowOverlap = 1, AnchorFrames = 1 };
        var request = new InversionRequest { Clip = TinyModel.Clip(7), Control = TinyModel.Clip(7), Options = options, RecordAttention = true };

        var attention = tiny.Inversions.Run(request, cancellation: TestContext.Current.CancellationToken).Attention!;

        Assert.Equal(7, attention.Frames);
        for (var frame = 0; frame < 7; frame++)
        {
            foreach (var row in attention.SelfOf(frame).ToArray().Chunk(64)) Assert.InRange(row.Sum(), 0.05f, 1);
        }
    }

    [Fact]
    public void Run_MoreSteps_TakeNoMoreMemory()
    {
        var peaks = new[] { 2, 8 }.Select(steps =>
        {
            using var engine = new Tensors.Cpu.CpuEngine(new Tensors.Cpu.CpuEngineOptions { Threads = 1 });
            var request = Request with { RecordAttention = true, Options = TinyModel.Options with { Steps = steps } };
            new InversionLoop(tiny.Model.Bind(engine), TimeProvider.System).Run(request, cancellation: TestContext.Current.CancellationToken);
            return engine.PeakBytesInUse;
        }).ToArray();

        Assert.Equal(peaks[0], peaks[1]);
    }
}

using VideoGrain.Editing;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Scaling;

namespace VideoGrain.Orchestrator.Tests.Scaling;

public sealed class WorkModelTests
{
    private const double Tera = 1e12, Peta = 1e15;
    private static readonly ClipShape Paper = new(16, 512, 512, 8);

    [Fact]
    public void PaperSizedEdit_WithControl_CostsWhatTheLayersAddUpTo()
    {
        // design: 7.0 PFLOP with conditional-only inversion, counted from the layers; the VAE's share is 0.06 of it.
        var work = WorkModel.Count(Paper, new EditOptions { ControlType = "depth" }, 8);

        Assert.InRange((work.Inverting + work.Denoising) / Peta, 6.9, 7.3);
        Assert.InRange(work.Denoising / work.Inverting, 1.95, 2.05);
    }

    [Fact]
    public void UNetStep_AtTheBenchmarksSize_CostsWhatTheBenchmarkCounted()
    {
        // docs/performance.md: 3 frames of 256x256, two branches: 1.15 TFLOP.
        var one = WorkModel.Count(new ClipShape(3, 256, 256, 8), new EditOptions { Steps = 1 }, 8);
        var two = WorkModel.Count(new ClipShape(3, 256, 256, 8), new EditOptions { Steps = 2 }, 8);

        Assert.InRange((two.Denoising - one.Denoising) / Tera, 1.15 * 0.98, 1.15 * 1.02);
    }

    [Fact]
    public void Attention_IsThreeQuartersOfThePaperSizedUNet()
    {
        const double cells = 16 * 64 * 64;
        var attention = cells * cells * WorkModel.UNetPerPair;

        Assert.InRange(attention / (attention + (cells * WorkModel.UNetPerCell)), 0.73, 0.76);
    }

    [Theory]
    [InlineData(0, 1.0, 1.0)]
    [InlineData(0.5, 1.0, 0.5)]
    public void LeftOutSteps_AreNotPaidFor(float blending, double inverting, double denoising)
    {
        var whole = WorkModel.Count(Paper, new EditOptions(), 8);
        var some = WorkModel.Count(Paper, new EditOptions { BlendingPercentage = (float)blending }, 8);

        Assert.Equal(inverting, some.Inverting / whole.Inverting, 2);
        Assert.Equal(denoising, some.Denoising / whole.Denoising, 2);
    }

    [Fact]
    public void Options_ThatAddOrSpareWork_ShowInTheCount()
    {
        var plain = WorkModel.Count(Paper, new EditOptions(), 8).Denoising;

        Assert.True(WorkModel.Count(Paper, new EditOptions { GuidanceScale = 1 }, 8).Denoising < plain * 0.52);
        Assert.True(WorkModel.Count(Paper, new EditOptions { UsePnp = true, InjectStep = 50 }, 8).Denoising > plain * 1.45);
        Assert.True(WorkModel.Count(Paper, new EditOptions { AttentionSpan = AttentionSpan.PerFrame }, 8).Denoising < plain * 0.35);
        Assert.True(WorkModel.Count(Paper, new EditOptions { ClipLength = 8, WindowOverlap = 1, AnchorFrames = 0 }, 8).Denoising < plain);
        Assert.True(WorkModel.Count(Paper with { Frames = 32 }, new EditOptions(), 8).Denoising > plain * 3);
    }
}

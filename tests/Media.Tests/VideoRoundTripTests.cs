using VideoGrain.Media.Ffmpeg;

namespace VideoGrain.Media.Tests;

public sealed class VideoRoundTripTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(64, 48, 64, 48)]
    [InlineData(65, 49, 66, 50)]
    [InlineData(17, 16, 18, 16)]
    public async Task Clip_EncodedAndDecoded_KeepsFramesRateAndPictures(int width, int height, int codedWidth, int codedHeight)
    {
        VideoFrames clip = Clips.Walking(width, height);

        await new VideoEncoder().EncodeAsync(clip, _folder["clip.mp4"], cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);
        VideoFrames back = await new VideoDecoder().DecodeAsync(_folder["clip.mp4"], _cancellation).WaitAsync(Clips.Patience, _cancellation);

        Assert.Equal((codedWidth, codedHeight, 5), (back.Width, back.Height, back.Count));
        Assert.Equal(8, back.FrameRate.FramesPerSecond);
        Assert.All(Enumerable.Range(0, 5), i =>
            Assert.True(Clips.Psnr(clip[i], Resizing.Resizer.Crop(back[i], 0, 0, width, height)) > 27, $"frame {i}"));
    }

    [Fact]
    public async Task Clip_InMemory_RoundTripsAndLeavesNoTemporaryFile()
    {
        byte[] mp4 = await new VideoEncoder().EncodeAsync(Clips.Walking(), cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);

        VideoFrames back = await new VideoDecoder().DecodeAsync(mp4, _cancellation).WaitAsync(Clips.Patience, _cancellation);

        Assert.Equal(5, back.Count);
    }

    [Fact]
    public async Task Encoding_TwoTimes_GivesTheSameBytes()
    {
        byte[] one = await new VideoEncoder().EncodeAsync(Clips.Walking(), cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);
        byte[] two = await new VideoEncoder().EncodeAsync(Clips.Walking(), cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);

        Assert.Equal(one, two);
    }

    [Fact]
    public async Task SingleFrame_Encoded_DecodesToOneFrame()
    {
        byte[] mp4 = await new VideoEncoder().EncodeAsync(Clips.Walking(frames: 1), cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);

        Assert.Single(await new VideoDecoder().DecodeAsync(mp4, _cancellation).WaitAsync(Clips.Patience, _cancellation));
    }

    [Theory]
    [InlineData("clip.mkv", ContainerFormat.Matroska)]
    [InlineData("clip.webm", ContainerFormat.Matroska)]
    [InlineData("clip.gif", ContainerFormat.Gif)]
    [InlineData("clip.avi", ContainerFormat.Avi)]
    [InlineData("clip.mov", ContainerFormat.IsoMedia)]
    public async Task OtherContainers_AreRecognisedAndDecoded(string name, ContainerFormat container)
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=8:duration=0.5", _folder[name]);

        VideoInfo info = await new VideoProbe().ProbeAsync(_folder[name], _cancellation).WaitAsync(Clips.Patience, _cancellation);
        VideoFrames clip = await new VideoDecoder().DecodeAsync(_folder[name], _cancellation).WaitAsync(Clips.Patience, _cancellation);

        Assert.Equal(container, info.Container);
        Assert.Equal((64, 48, 4), (clip.Width, clip.Height, clip.Count));
    }

    [Fact]
    public async Task RotatedClip_IsTurnedUpright()
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=8:duration=0.5", _folder["flat.mp4"]);
        await Clips.FfmpegAsync(_cancellation, "-i", _folder["flat.mp4"], "-c", "copy", "-metadata:s:v", "rotate=90", _folder["turned.mp4"]);

        VideoFrames clip = await new VideoDecoder().DecodeAsync(_folder["turned.mp4"], _cancellation).WaitAsync(Clips.Patience, _cancellation);

        Assert.Equal((48, 64), (clip.Width, clip.Height));
    }

    [Fact]
    public async Task Probe_OfAClip_StatesWhatItIs()
    {
        await new VideoEncoder().EncodeAsync(Clips.Walking(), _folder["clip.mp4"], cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);

        VideoInfo info = await new VideoProbe().ProbeAsync(_folder["clip.mp4"], _cancellation).WaitAsync(Clips.Patience, _cancellation);

        Assert.Equal(("h264", 64, 48, 5, new FrameRate(8, 1)), (info.Codec, info.Width, info.Height, info.Frames, info.FrameRate));
        Assert.Equal(0.625, info.Duration!.Value.TotalSeconds, 3);
    }
}

using System.Diagnostics;
using VideoGrain.Media.Ffmpeg;

namespace VideoGrain.Media.Tests;

public sealed class HostileClipTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("This is plain text and certainly no clip of any kind.")]
    [InlineData("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n/etc/passwd\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile '/etc/passwd'\n")]
    [InlineData("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>")]
    public async Task TextAndPlaylists_AreRefusedBeforeFfmpegSeesThem(string content)
    {
        await File.WriteAllTextAsync(_folder["clip.mp4"], content, _cancellation);

        // A decoder without programs shows that none is started.
        VideoDecoder decoder = new(tools: new FfmpegTools("/nonexistent/ffmpeg", "/nonexistent/ffprobe"));

        Assert.Equal(MediaError.NotAVideo, (await RefusedAsync(decoder, "clip.mp4")).Error);
    }

    [Fact]
    public async Task NoiseWithAContainersFirstBytes_IsNoClip()
    {
        byte[] noise = new byte[4096];
        new Random(1).NextBytes(noise);
        "ftypisom"u8.CopyTo(noise.AsSpan(4));
        await File.WriteAllBytesAsync(_folder["clip.mp4"], noise, _cancellation);

        Assert.Equal(MediaError.NotAVideo, (await RefusedAsync(new VideoDecoder(), "clip.mp4")).Error);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.98)]
    public async Task TruncatedClip_IsDamaged(double share)
    {
        byte[] mp4 = await ClipAsync(frames: 12);
        await File.WriteAllBytesAsync(_folder["cut.mp4"], mp4[..(int)(mp4.Length * share)], _cancellation);

        Assert.Equal(MediaError.Damaged, (await RefusedAsync(new VideoDecoder(), "cut.mp4")).Error);
    }

    [Fact]
    public async Task FlippedBytesInThePictures_AreDamage()
    {
        byte[] mp4 = await ClipAsync(frames: 12);
        int start = mp4.AsSpan().IndexOf("mdat"u8) + 1200;
        new Random(2).NextBytes(mp4.AsSpan(start, mp4.Length - start));
        await File.WriteAllBytesAsync(_folder["noise.mp4"], mp4, _cancellation);

        Assert.Contains((await RefusedAsync(new VideoDecoder(), "noise.mp4")).Error, new[] { MediaError.Damaged, MediaError.NoFrames });
    }

    [Fact]
    public async Task AudioOnly_HoldsNoVideo()
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "sine=duration=0.5", _folder["sound.mp4"]);

        Assert.Equal(MediaError.UnsupportedCodec, (await RefusedAsync(new VideoDecoder(), "sound.mp4")).Error);
    }

    [Fact]
    public async Task CodecOutsideTheList_IsNamed()
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=8:duration=0.5", "-c:v", "cinepak", _folder["old.avi"]);

        MediaException refused = await RefusedAsync(new VideoDecoder(), "old.avi");

        Assert.Contains(refused.Error, new[] { MediaError.UnsupportedCodec, MediaError.NotAVideo });
    }

    [Fact]
    public async Task ClipWithoutFrames_SaysSo()
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=8:duration=0.5", "-frames:v", "0", "-c:v", "libx264", _folder["none.mkv"]);

        MediaException refused = await RefusedAsync(new VideoDecoder(), "none.mkv");

        Assert.Contains(refused.Error, new[] { MediaError.NoFrames, MediaError.NotAVideo, MediaError.Damaged });
    }

    [Fact]
    public async Task HeaderThatClaimsAnImpossibleFrame_IsRefused()
    {
        byte[] gif = [.. "GIF89a"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, 2, 0x44, 1, 0, 0x3B];
        await File.WriteAllBytesAsync(_folder["huge.gif"], gif, _cancellation);

        Assert.Equal(MediaError.Damaged, (await RefusedAsync(new VideoDecoder(), "huge.gif")).Error);
    }

    [Fact]
    public async Task SideBeyondTheDefaultLimit_IsRefusedAtTheProbe()
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "color=size=16000x64:rate=8:duration=0.25", _folder["wide.mp4"]);

        MediaException refused = await Assert.ThrowsAsync<MediaException>(() => new VideoProbe().ProbeAsync(_folder["wide.mp4"], _cancellation));

        Assert.Equal((MediaError.PixelLimitExceeded, 16000L, 8192L), (refused.Error, refused.Actual, refused.Limit));
    }

    [Theory]
    [InlineData("clip.mp4", "aac")]
    [InlineData("clip.mkv", "flac")]
    public async Task SoundTrack_IsIgnored(string name, string codec)
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=8:duration=0.5", "-f", "lavfi", "-i", "sine=duration=0.5",
            "-c:a", codec, _folder[name]);

        Assert.Equal(4, (await new VideoDecoder().DecodeAsync(_folder[name], _cancellation).WaitAsync(Clips.Patience, _cancellation)).Count);
    }

    [Fact]
    public async Task AnyDamage_IsATypedErrorOrStillAClip()
    {
        byte[] mp4 = await ClipAsync(frames: 3);
        Random random = new(3);
        for (int round = 0; round < 12; round++)
        {
            byte[] bad = (byte[])mp4.Clone();
            for (int flips = 0; flips <= round; flips++)
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            Exception? thrown = await Record.ExceptionAsync(() => new VideoDecoder().DecodeAsync(bad, _cancellation).WaitAsync(Clips.Patience, _cancellation));
            Assert.True(thrown is null or MediaException, thrown?.ToString());
        }
    }

    [Fact]
    public async Task Limits_OnFramesPixelsAndBytes_AreNamedWithTheirValues()
    {
        byte[] mp4 = await ClipAsync(frames: 6);
        await File.WriteAllBytesAsync(_folder["clip.mp4"], mp4, _cancellation);
        MediaLimits limits = MediaLimits.Default;

        MediaException frames = await RefusedAsync(new VideoDecoder(limits with { MaxFrames = 5 }), "clip.mp4");
        MediaException pixels = await RefusedAsync(new VideoDecoder(limits with { MaxPixelsPerFrame = 3000 }), "clip.mp4");
        MediaException side = await RefusedAsync(new VideoDecoder(limits with { MaxSide = 63 }), "clip.mp4");
        MediaException input = await RefusedAsync(new VideoDecoder(limits with { MaxInputBytes = 100 }), "clip.mp4");
        MediaException decoded = await RefusedAsync(new VideoDecoder(limits with { MaxDecodedBytes = 20_000 }), "clip.mp4");

        Assert.Equal((MediaError.FrameLimitExceeded, 5L), (frames.Error, frames.Limit));
        Assert.Equal((MediaError.PixelLimitExceeded, 64L * 48, 3000L), (pixels.Error, pixels.Actual, pixels.Limit));
        Assert.Equal((MediaError.PixelLimitExceeded, 64L, 63L), (side.Error, side.Actual, side.Limit));
        Assert.Equal((MediaError.ByteLimitExceeded, (long)mp4.Length, 100L), (input.Error, input.Actual, input.Limit));
        Assert.Equal((MediaError.ByteLimitExceeded, 20_000L), (decoded.Error, decoded.Limit));
    }

    [Fact]
    public async Task FrameCountThatNoHeaderStates_IsStillLimited()
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=8:duration=2", _folder["clip.mkv"]);

        MediaException refused = await RefusedAsync(new VideoDecoder(MediaLimits.Default with { MaxFrames = 10 }), "clip.mkv");

        Assert.Equal((MediaError.FrameLimitExceeded, 10L), (refused.Error, refused.Limit));
    }

    [Fact]
    public async Task SlowDecoder_IsStoppedAtTheTimeLimit()
    {
        await File.WriteAllBytesAsync(_folder["clip.mp4"], await ClipAsync(frames: 2), _cancellation);
        VideoDecoder decoder = new(MediaLimits.Default with { Timeout = TimeSpan.FromMilliseconds(300) }, SleepingTools());

        Assert.Equal(MediaError.TimedOut, (await RefusedAsync(decoder, "clip.mp4")).Error);
        Assert.False(SleeperRuns());
    }

    [Fact]
    public async Task Cancellation_KillsTheChildProcess()
    {
        await File.WriteAllBytesAsync(_folder["clip.mp4"], await ClipAsync(frames: 2), _cancellation);
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new VideoDecoder(tools: SleepingTools()).DecodeAsync(_folder["clip.mp4"], source.Token).WaitAsync(Clips.Patience, _cancellation));

        Assert.True(File.Exists(_folder["sleeper.pid"]));
        Assert.False(SleeperRuns());
    }

    [Fact]
    public async Task MissingProgram_IsNamed()
    {
        await File.WriteAllBytesAsync(_folder["clip.mp4"], await ClipAsync(frames: 2), _cancellation);
        VideoDecoder decoder = new(tools: new FfmpegTools("/nonexistent/ffmpeg", "/nonexistent/ffprobe"));

        MediaException refused = await RefusedAsync(decoder, "clip.mp4");

        Assert.Equal(MediaError.ToolMissing, refused.Error);
        Assert.Contains("ffprobe", refused.Message);
    }

    [Fact]
    public async Task Messages_HoldNoPathOfTheServer()
    {
        await File.WriteAllTextAsync(_folder["clip.mp4"], "no clip at all, just a few words", _cancellation);

        Assert.DoesNotContain(_folder.Path, (await RefusedAsync(new VideoDecoder(), "clip.mp4")).Message);
        Assert.DoesNotContain(_folder.Path, (await RefusedAsync(new VideoDecoder(), "absent.mp4")).Message);
    }

    [Fact]
    public async Task FailedEncode_LeavesNoFile()
    {
        MediaException failed = await Assert.ThrowsAsync<MediaException>(() => new VideoEncoder()
            .EncodeAsync(Clips.Walking(), _folder["out.mp4"], new EncodeOptions { Preset = "no-such-preset" }, _cancellation).WaitAsync(Clips.Patience, _cancellation));

        Assert.Equal(MediaError.EncodingFailed, failed.Error);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task EncodeOntoAFullDisk_SaysSo_AndLeavesNoFile()
    {
        // The encoder writes beside the file's place first; there the device that is always full stands for a full disk.
        File.CreateSymbolicLink(_folder["out.mp4.partial"], "/dev/full");

        MediaException failed = await Assert.ThrowsAsync<MediaException>(() =>
            new VideoEncoder().EncodeAsync(Clips.Walking(), _folder["out.mp4"], cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation));

        Assert.Equal(MediaError.DiskFull, failed.Error);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private Task<byte[]> ClipAsync(int frames) =>
        new VideoEncoder().EncodeAsync(Clips.Walking(frames: frames), cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);

    private Task<MediaException> RefusedAsync(VideoDecoder decoder, string name) =>
        Assert.ThrowsAsync<MediaException>(() => decoder.DecodeAsync(_folder[name], _cancellation).WaitAsync(Clips.Patience, _cancellation));

    /// <summary>Programs that note their process id and then hang.</summary>
    private FfmpegTools SleepingTools()
    {
        string script = _folder["sleeper.sh"];
        File.WriteAllText(script, $"#!/bin/sh\necho $$ > {_folder["sleeper.pid"]}\nexec sleep 600\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new FfmpegTools(script, script);
    }

    private bool SleeperRuns()
    {
        try
        {
            using Process sleeper = Process.GetProcessById(int.Parse(File.ReadAllText(_folder["sleeper.pid"])));
            return !sleeper.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

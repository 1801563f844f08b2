namespace VideoGrain.Media.Ffmpeg;

/// <summary>
/// Reads binary PPM pictures off a pipe. Each picture states its own size, so rotation and size changes inside a clip cannot
/// shift one frame into the next as they could in a stream of bare samples.
/// </summary>
internal sealed class PpmStream
{
    private const int LongestNumber = 6;
    private const int FullScale = 255;

    private readonly BufferedStream _stream;
    private readonly MediaLimits _limits;

    public PpmStream(Stream stream, MediaLimits limits)
    {
        _stream = new BufferedStream(stream, 1 << 16);
        _limits = limits;
    }

    /// <summary>The next picture; null at the end of the stream.</summary>
    public async Task<Frame?> ReadAsync(CancellationToken cancellation)
    {
        int magic = await ByteAsync(cancellation);
        if (magic < 0)
            return null;
        if (magic != 'P' || await ByteAsync(cancellation) != '6' || await ByteAsync(cancellation) != '\n')
            throw Damaged();
        int width = await NumberAsync(cancellation), height = await NumberAsync(cancellation);
        if (await NumberAsync(cancellation) != FullScale)
            throw Damaged();
        _limits.CheckSize(width, height);
        byte[] rgb = new byte[(long)width * height * Frame.Channels];
        if (await _stream.ReadAtLeastAsync(rgb, rgb.Length, throwOnEndOfStream: false, cancellation) < rgb.Length)
            throw Damaged();
        return new Frame(width, height, rgb);
    }

    private static MediaException Damaged() => new(MediaError.Damaged, "The decoder broke off in the middle of a frame.");

    private async Task<int> NumberAsync(CancellationToken cancellation)
    {
        int value = 0;
        for (int digits = 0; digits <= LongestNumber; digits++)
        {
            int next = await ByteAsync(cancellation);
            if (next is ' ' or '\n' && digits > 0)
                return value;
            if (next is < '0' or > '9')
                break;
            value = value * 10 + next - '0';
        }

        throw Damaged();
    }

    private async Task<int> ByteAsync(CancellationToken cancellation)
    {
        byte[] one = new byte[1];
        return await _stream.ReadAsync(one, cancellation) == 0 ? -1 : one[0];
    }
}

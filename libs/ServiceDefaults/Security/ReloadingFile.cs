using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>
/// What one or more files say, read again when they change. They are looked at when asked for, at most every few seconds, so that mounted secrets whose
/// links are swapped are noticed as well. Content that cannot be read or parsed leaves what was known in force.
/// </summary>
/// <typeparam name="T">What the files are parsed to.</typeparam>
public sealed partial class ReloadingFile<T>
    where T : class
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private const long MaxBytes = 1 << 20;
    private readonly IReadOnlyList<string> _paths;
    private readonly Func<IReadOnlyList<string>, T> _parse;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private byte[] _hash;
    private long _looked;
    private T _current;

    /// <summary>Reads the files for the first time.</summary>
    /// <param name="paths">The files, each at most 1 MiB.</param>
    /// <param name="parse">Parses their texts, in the order of the paths.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Told of changes and of what is wrong with them.</param>
    /// <exception cref="InvalidOperationException">A file cannot be read or parsed; names it.</exception>
    public ReloadingFile(IReadOnlyList<string> paths, Func<IReadOnlyList<string>, T> parse, TimeProvider time, ILogger logger)
    {
        (_paths, _parse, _time, _logger) = (paths, parse, time, logger);
        try
        {
            (var texts, _hash) = Read();
            _current = parse(texts);
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            throw new InvalidOperationException($"{string.Join(", ", paths)}: {exception.Message}", exception);
        }

        _looked = time.GetTimestamp();
    }

    /// <summary>What the files say now, as far as they can be used.</summary>
    public T Current
    {
        get
        {
            LookIfOlderThan(Interval);
            return Volatile.Read(ref _current);
        }
    }

    /// <summary>What the files say now, looked at again unless they were only just.</summary>
    public T Refreshed()
    {
        LookIfOlderThan(ShortestInterval);
        return Volatile.Read(ref _current);
    }

    private void LookIfOlderThan(TimeSpan age)
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_looked) < age) return;
            _looked = _time.GetTimestamp();
            try
            {
                var (texts, hash) = Read();
                if (hash.AsSpan().SequenceEqual(_hash)) return;

                // A text that cannot be parsed is complained about once, not every few seconds.
                _hash = hash;
                Volatile.Write(ref _current, _parse(texts));
                Reloaded(_logger, _paths[0]);
            }
            catch (Exception exception) when (IsUnusable(exception))
            {
                Unusable(_logger, exception, _paths[0]);
            }
        }
    }

    private (IReadOnlyList<string> Texts, byte[] Hash) Read()
    {
        List<string> texts = [];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in _paths)
        {
            if (new FileInfo(path).Length > MaxBytes) throw new InvalidDataException($"has more than {MaxBytes} bytes");
            var text = File.ReadAllText(path);
            texts.Add(text);
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }

        return (texts, hash.GetHashAndReset());
    }

    private static bool IsUnusable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or FormatException or InvalidDataException;

    [LoggerMessage(LogLevel.Information, "{Path} has changed and is in force")]
    private static partial void Reloaded(ILogger logger, string path);

    [LoggerMessage(LogLevel.Warning, "{Path} cannot be used; what was known before stays in force")]
    private static partial void Unusable(ILogger logger, Exception exception, string path);
}

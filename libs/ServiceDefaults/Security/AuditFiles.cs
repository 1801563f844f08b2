using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>
/// Lines of JSON in <c>audit.jsonl</c>, put aside under the time when it grows too large. A line is with the operating system before the call is answered, so
/// it survives the death of the process; it is synced to the disk within a second.
/// </summary>
internal sealed partial class AuditFiles : IDisposable
{
    private const string CurrentName = "audit.jsonl";
    private const string AsidePattern = "audit-*.jsonl";
    private static readonly TimeSpan SyncDelay = TimeSpan.FromSeconds(1);
    private readonly AuditOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditFiles> _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _sync;
    private FileStream? _file;
    private bool _isSyncDue;

    public AuditFiles(IOptions<AuditOptions> options, TimeProvider time, ILogger<AuditFiles> logger)
    {
        (_options, _time, _logger) = (options.Value, time, logger);
        _sync = time.CreateTimer(_ => Sync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Appends an entry. A disk that fails is complained about and fails no call.</summary>
    public void Append(AuditEntry entry)
    {
        if (string.IsNullOrEmpty(_options.Folder)) return;
        var line = entry.ToLine();
        lock (_gate)
        {
            try
            {
                _file ??= Open();
                if (_file.Length > 0 && _file.Length + line.Length > _options.MaxFileBytes) PutAside();
                _file.Write(line);
                if (_isSyncDue) return;
                _isSyncDue = true;
                _sync.Change(SyncDelay, Timeout.InfiniteTimeSpan);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                NotWritten(_logger, exception);
            }
        }
    }

    public void Dispose()
    {
        _sync.Dispose();
        Sync();
        _file?.Dispose();
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(_options.Folder!);
        return new FileStream(Path.Combine(_options.Folder!, CurrentName), new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        });
    }

    private void PutAside()
    {
        var path = _file!.Name;
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        _file = null;
        var stamp = _time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfffffff", CultureInfo.InvariantCulture);
        File.Move(path, Path.Combine(_options.Folder!, $"audit-{stamp}.jsonl"), overwrite: false);
        foreach (var old in Directory.GetFiles(_options.Folder!, AsidePattern).OrderDescending(StringComparer.Ordinal).Skip(_options.MaxFiles)) File.Delete(old);
        _file = Open();
    }

    private void Sync()
    {
        lock (_gate)
        {
            _isSyncDue = false;
            try
            {
                _file?.Flush(flushToDisk: true);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                NotWritten(_logger, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "the audit log cannot be written")]
    private static partial void NotWritten(ILogger logger, Exception exception);
}

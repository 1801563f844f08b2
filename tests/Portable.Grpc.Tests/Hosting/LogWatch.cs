using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VideoGrain.Portable.Grpc.Tests.Hosting;

/// <summary>Collects what is logged as a warning or worse, so that a test can fail on it.</summary>
internal sealed class LogWatch : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _problems = new();

    public IReadOnlyCollection<string> Problems => _problems;

    public ILogger CreateLogger(string categoryName) => new Watcher(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Watcher(LogWatch watch, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                watch._problems.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}

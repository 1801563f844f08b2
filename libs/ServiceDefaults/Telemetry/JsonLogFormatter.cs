using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>
/// One JSON object a line: time, level, service, logger, message; trace and span of the current call; job, stage and step where the line is
/// about a job; the exception; everything else under "fields".
/// </summary>
internal sealed class JsonLogFormatter(ServiceDescription service, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "videograin-json";

    private const string OriginalFormat = "{OriginalFormat}";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, string> TopLevel = new(StringComparer.Ordinal)
    {
        [JobScope.JobKey] = "job",
        [JobScope.StageKey] = "stage",
        [JobScope.StepKey] = "step",
        ["Caller"] = "caller",
    };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        scopeProvider?.ForEachScope(Collect, values);
        Collect(logEntry.State, values);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteString("level", Level(logEntry.LogLevel));
            json.WriteString("service", service.TelemetryName);
            json.WriteString("logger", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } span)
            {
                json.WriteString("trace", span.TraceId.ToHexString());
                json.WriteString("span", span.SpanId.ToHexString());
            }

            foreach (var (key, name) in TopLevel)
            {
                if (values.Remove(key, out var value)) Write(json, name, value);
            }

            if (logEntry.Exception is { } exception) json.WriteString("exception", exception.ToString());
            if (values.Count > 0)
            {
                json.WriteStartObject("fields");
                foreach (var (key, value) in values) Write(json, key, value);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void Collect<TState>(TState state, Dictionary<string, object?> values)
    {
        if (state is not IEnumerable<KeyValuePair<string, object?>> pairs) return;
        foreach (var (key, value) in pairs)
        {
            // Inner scopes, and the line itself, say more than outer ones.
            if (key != OriginalFormat) values[key] = value;
        }
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            default: json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security;
using System.Xml.Linq;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace VideoGrain.Orchestrator.Tests.S3;

/// <summary>
/// The part of S3 that the store uses, on loopback, path-style, in memory. It refuses what S3 refuses: wrong or late signatures, unsigned or damaged payloads,
/// parts that are too small, uploads that do not exist. Tests break it on purpose.
/// </summary>
internal sealed class StrictS3Server : IAsyncDisposable
{
    public const string Bucket = "artifacts";
    public const string AccessKey = "AKIATEST";
    public const string Secret = "not/a+secret";
    private const int MinPartBytes = 5 << 20;
    private const int PageSize = 100;
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";
    private readonly WebApplication _app;
    private readonly SignatureCheck _signatures;
    private int _uploads;

    private StrictS3Server(WebApplication app, SignatureCheck signatures) => (_app, _signatures) = (app, signatures);

    public Uri Endpoint { get; private set; } = null!;

    /// <summary>How far the server's clock is ahead.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>Sees every request first; true when it was answered or broken.</summary>
    public Func<HttpContext, Task<bool>> Fault { get; set; } = _ => Task.FromResult(false);

    public ConcurrentDictionary<string, StoredObject> Objects { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, (string Key, DateTimeOffset Begun, SortedDictionary<int, StoredObject> Parts)> Uploads { get; } = new(StringComparer.Ordinal);

    /// <summary>Requests that were answered, as "PUT objects".</summary>
    public ConcurrentQueue<string> Answered { get; } = new();

    /// <summary>Most bytes of one request.</summary>
    public long LargestBody { get; private set; }

    private DateTimeOffset Now => TimeProvider.System.GetUtcNow() + ClockAhead;

    // S3 tells times in whole seconds.
    private DateTimeOffset Stamp => DateTimeOffset.FromUnixTimeSeconds(Now.ToUnixTimeSeconds());

    public static async Task<StrictS3Server> StartAsync(string? token = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        ListenOptions? endpoint = null;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => endpoint = listen);
        });
        var app = builder.Build();
        var server = new StrictS3Server(app, new SignatureCheck(AccessKey, Secret, token));
        app.Run(server.ServeAsync);
        await app.StartAsync(Support.Bounded.Token);
        server.Endpoint = new UriBuilder("http", "127.0.0.1", endpoint!.IPEndPoint!.Port).Uri;
        return server;
    }

    public static async Task<bool> AnswerAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        if (context.Request.Method != HttpMethods.Head)
            await context.Response.WriteAsync($"<Error><Code>{SecurityElement.Escape(code)}</Code><Message>{SecurityElement.Escape(code)}</Message></Error>");

        return true;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        if (await Fault(context))
            return;

        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        LargestBody = Math.Max(LargestBody, body.Length);
        var path = Uri.UnescapeDataString(context.Request.Path.Value!).TrimStart('/').Split('/', 2);
        var key = path.Length == 2 ? path[1] : "";
        if (path[0] != Bucket)
            await AnswerAsync(context, 404, "NoSuchBucket");
        else if (_signatures.Check(context.Request, body, Now) is { } problem)
            await AnswerAsync(context, problem is "ExpiredToken" or "XAmzContentSHA256Mismatch" ? 400 : 403, problem);
        else
            await AnswerAsync(context, key, body);
    }

    private Task AnswerAsync(HttpContext context, string key, byte[] body)
    {
        var query = context.Request.Query;
        Answered.Enqueue($"{context.Request.Method} {key.Split('/')[0]}");
        return (context.Request.Method, query.ContainsKey("uploads"), query["uploadId"].ToString()) switch
        {
            ("GET", true, _) => ListUploadsAsync(context),
            ("GET", _, _) when key.Length == 0 => ListAsync(context),
            ("GET" or "HEAD", _, _) => GetAsync(context, key),
            ("POST", true, _) => BeginAsync(context, key),
            ("POST", _, { Length: > 0 } upload) => CompleteAsync(context, key, upload, body),
            ("PUT", _, { Length: > 0 } upload) => PutPartAsync(context, upload, body),
            ("PUT", _, _) => PutAsync(context, key, body),
            ("DELETE", _, { Length: > 0 } upload) => AbortAsync(context, upload),
            ("DELETE", _, _) => DeleteAsync(context, key),
            _ => AnswerAsync(context, 400, "InvalidRequest"),
        };
    }

    private Task PutAsync(HttpContext context, string key, byte[] body)
    {
        if (context.Request.Headers["x-amz-copy-source"].ToString() is not { Length: > 0 } header)
        {
            Objects[key] = new StoredObject(body, Stamp);
            context.Response.Headers.ETag = Objects[key].ETag;
            return Task.CompletedTask;
        }

        var source = Uri.UnescapeDataString(header).TrimStart('/')[(Bucket.Length + 1)..];
        if (!Objects.TryGetValue(source, out var found))
            return AnswerAsync(context, 404, "NoSuchKey");

        Objects[key] = found with { LastModified = Stamp };
        return SendAsync(context, new XElement(Xml + "CopyObjectResult", new XElement(Xml + "ETag", found.ETag), new XElement(Xml + "LastModified", Time(Stamp))));
    }

    private async Task GetAsync(HttpContext context, string key)
    {
        if (!Objects.TryGetValue(key, out var found))
        {
            await AnswerAsync(context, 404, "NoSuchKey");
            return;
        }

        var start = 0;
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            start = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            if (start >= found.Data.Length)
            {
                await AnswerAsync(context, 416, "InvalidRange");
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {start}-{found.Data.Length - 1}/{found.Data.Length}";
        }

        context.Response.Headers.ETag = found.ETag;
        context.Response.Headers.LastModified = found.LastModified.ToString("R", CultureInfo.InvariantCulture);
        context.Response.ContentLength = found.Data.Length - start;
        if (context.Request.Query["response-content-disposition"].ToString() is { Length: > 0 } disposition)
            context.Response.Headers.ContentDisposition = disposition;
        if (context.Request.Query["response-content-type"].ToString() is { Length: > 0 } type)
            context.Response.ContentType = type;
        if (context.Request.Method == HttpMethods.Get)
            await context.Response.Body.WriteAsync(found.Data.AsMemory(start));
    }

    private Task BeginAsync(HttpContext context, string key)
    {
        var upload = $"upload-{Interlocked.Increment(ref _uploads)}";
        Uploads[upload] = (key, Stamp, []);
        return SendAsync(context, new XElement(
            Xml + "InitiateMultipartUploadResult", new XElement(Xml + "Bucket", Bucket), new XElement(Xml + "Key", key), new XElement(Xml + "UploadId", upload)));
    }

    private Task PutPartAsync(HttpContext context, string upload, byte[] body)
    {
        if (!Uploads.TryGetValue(upload, out var found))
            return AnswerAsync(context, 404, "NoSuchUpload");

        var part = new StoredObject(body, Stamp);
        lock (found.Parts)
            found.Parts[int.Parse(context.Request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture)] = part;

        context.Response.Headers.ETag = part.ETag;
        return Task.CompletedTask;
    }

    private Task CompleteAsync(HttpContext context, string key, string upload, byte[] body)
    {
        if (!Uploads.TryGetValue(upload, out var found) || found.Key != key)
            return AnswerAsync(context, 404, "NoSuchUpload");

        var asked = XDocument.Load(new MemoryStream(body)).Root!.Elements().Where(element => element.Name.LocalName == "Part")
            .Select(part => (Number: (int)part.Elements().Single(e => e.Name.LocalName == "PartNumber"), ETag: part.Elements().Single(e => e.Name.LocalName == "ETag").Value)).ToList();
        if (asked.Any(part => !found.Parts.TryGetValue(part.Number, out var stored) || stored.ETag.Trim('"') != part.ETag.Trim('"')))
            return AnswerAsync(context, 400, "InvalidPart");
        if (asked.SkipLast(1).Any(part => found.Parts[part.Number].Data.Length < MinPartBytes))
            return AnswerAsync(context, 400, "EntityTooSmall");

        Objects[key] = new StoredObject([.. asked.SelectMany(part => found.Parts[part.Number].Data)], Stamp);
        Uploads.TryRemove(upload, out _);
        return SendAsync(context, new XElement(
            Xml + "CompleteMultipartUploadResult", new XElement(Xml + "Bucket", Bucket), new XElement(Xml + "Key", key), new XElement(Xml + "ETag", Objects[key].ETag)));
    }

    private Task AbortAsync(HttpContext context, string upload)
    {
        if (!Uploads.TryRemove(upload, out _))
            return AnswerAsync(context, 404, "NoSuchUpload");

        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private Task DeleteAsync(HttpContext context, string key)
    {
        Objects.TryRemove(key, out _);
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private Task ListAsync(HttpContext context)
    {
        var (prefix, after) = (context.Request.Query["prefix"].ToString(), context.Request.Query["continuation-token"].ToString());
        var found = Objects.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(entry.Key, after) > 0)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).Take(PageSize + 1).ToList();
        var page = found.Take(PageSize).ToList();
        var more = found.Count > PageSize;
        return SendAsync(context, new XElement(
            Xml + "ListBucketResult", new XElement(Xml + "Name", Bucket), new XElement(Xml + "Prefix", prefix), new XElement(Xml + "IsTruncated", more),
            new XElement(Xml + "KeyCount", page.Count), more ? new XElement(Xml + "NextContinuationToken", page[^1].Key) : null,
            page.Select(entry => new XElement(
                Xml + "Contents", new XElement(Xml + "Key", entry.Key), new XElement(Xml + "LastModified", Time(entry.Value.LastModified)),
                new XElement(Xml + "ETag", entry.Value.ETag), new XElement(Xml + "Size", entry.Value.Data.Length)))));
    }

    private Task ListUploadsAsync(HttpContext context) => SendAsync(context, new XElement(
        Xml + "ListMultipartUploadsResult", new XElement(Xml + "Bucket", Bucket), new XElement(Xml + "IsTruncated", false),
        Uploads.Where(entry => entry.Value.Key.StartsWith(context.Request.Query["prefix"].ToString(), StringComparison.Ordinal)).Select(entry => new XElement(
            Xml + "Upload", new XElement(Xml + "Key", entry.Value.Key), new XElement(Xml + "UploadId", entry.Key), new XElement(Xml + "Initiated", Time(entry.Value.Begun))))));

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static async Task SendAsync(HttpContext context, XElement answer)
    {
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + answer.ToString(SaveOptions.DisableFormatting));
    }
}

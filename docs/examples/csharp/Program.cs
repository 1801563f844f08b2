using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using VideoGrain.Examples;
using VideoGrain.Protos.V1;

// Edits a clip: VideoGrain.Examples http://HOST:PORT CLIP OUTPUT [KEY].
using var channel = GrpcChannel.ForAddress(args[0]);
// <key>
// Adds the caller's key to every call.
CallInvoker WithKey(string key) => channel.Intercept(metadata =>
{
    metadata.Add("authorization", $"Bearer {key}");
    return metadata;
});
// </key>
var client = new OrchestratorService.OrchestratorServiceClient(args.Length > 3 ? WithKey(args[3]) : channel.CreateCallInvoker());
var clip = await File.ReadAllBytesAsync(args[1]);

var edit = await Client.SubmitAsync(client, Client.Specification(clip.Length), clip);
Console.WriteLine($"submitted {edit.Id}");
await foreach (var entry in Client.WatchAsync(client, edit.Id))
    Console.WriteLine($"event {entry.Sequence} {entry.EventCase} {(entry.Finished is { } finished ? finished.State : entry.State)}");

Console.WriteLine($"saved {await Client.DownloadAsync(client, edit.Id, "result.mp4", args[2])}");

try
{
    await Client.SubmitAsync(client, Client.Specification(clip.Length, phrase: "a polar bear"), clip);
}
catch (RpcException exception)
{
    var (reason, fields, _) = Client.Explain(exception);
    Console.WriteLine($"refused {exception.StatusCode} {reason} {string.Join(" ", fields)}");
}

var longer = await Client.SubmitAsync(client, Client.Specification(clip.Length, steps: 200), clip);
// <cancel>
var cancelled = (await client.CancelEditAsync(new CancelEditRequest { EditId = longer.Id }, deadline: DateTime.UtcNow.AddSeconds(30))).Edit;
// </cancel>
Console.WriteLine($"cancelled {cancelled.State}");

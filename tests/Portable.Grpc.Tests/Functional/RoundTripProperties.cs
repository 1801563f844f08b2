using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class RoundTripProperties
{
    [Fact]
    public async Task StatusMessage_AnyUnicode_ArrivesUnchanged()
    {
        await using var server = await TestServer.StartAsync();
        await HoldsAsync(Prop.ForAll<string>(text =>
        {
            // Half a surrogate pair is no Unicode text and becomes a replacement character.
            var message = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
            var request = new SimpleRequest { ResponseStatus = new EchoStatus { Code = (int)StatusCode.Aborted, Message = message } };
            var failure = Assert.Throws<RpcException>(() => server.Client.UnaryCall(request, deadline: Deadline()));
            return failure.Status.Detail == message;
        }));
    }

    [Fact]
    public async Task BinaryMetadata_AnyBytes_ArriveUnchanged()
    {
        await using var server = await TestServer.StartAsync();
        await HoldsAsync(Prop.ForAll<byte[]>(bytes =>
        {
            var sent = new Metadata { { "x-grpc-test-echo-trailing-bin", bytes ?? [] } };
            using var call = server.Client.EmptyCallAsync(new Empty(), sent, Deadline());
            call.ResponseAsync.Wait(Wait.Limit);
            return call.GetTrailers().GetValueBytes("x-grpc-test-echo-trailing-bin")!.SequenceEqual(bytes ?? []);
        }));
    }

    [Fact]
    public async Task Body_AnyBytes_EndsWithStatusAndNoLoggedError()
    {
        await using var server = await TestServer.StartAsync();
        await HoldsAsync(Prop.ForAll<byte[], bool>((bytes, compressed) =>
        {
            var answer = RawCall.SendAsync(server.Address, bytes ?? [], request =>
            {
                if (compressed)
                    request.Headers.Add("grpc-encoding", "gzip");
            });
            return answer.Wait(Wait.Limit) && answer.Result.Status is not null;
        }));
    }

    // The checks block, so they get a thread of their own: the calls need those of the pool.
    private static Task HoldsAsync(Property property) => Task.Factory.StartNew(
        property.QuickCheckThrowOnFailure, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static DateTime Deadline() => TimeProvider.System.GetUtcNow().UtcDateTime + Wait.Limit;
}

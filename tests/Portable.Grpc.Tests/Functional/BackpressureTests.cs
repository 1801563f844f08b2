using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class BackpressureTests
{
    private const int Mebibyte = 1024 * 1024;

    // More than all flow-control windows and socket buffers on the way can hold.
    private const int Messages = 64;
    private static readonly ByteString Body = ByteString.CopyFrom(new byte[Mebibyte]);
    private static readonly TimeSpan Stillness = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task ServerStream_ClientDoesNotRead_HoldsHandler()
    {
        var written = 0;
        await using var server = await TestServer.StartAsync(new Script
        {
            Output = async (responses, _) =>
            {
                for (; written < Messages; written++)
                    await responses.WriteAsync(new StreamingOutputCallResponse { Payload = new Payload { Body = Body } });
            },
        });
        using var call = server.Client.StreamingOutputCall(new StreamingOutputCallRequest());
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        await UntilStillAsync(() => Volatile.Read(ref written));
        Assert.InRange(written, 1, Messages / 2);
        var read = 1;
        while (await Wait.For(call.ResponseStream.MoveNext()))
            read++;
        Assert.Equal(Messages, read);
    }

    [Fact]
    public async Task ClientStream_HandlerDoesNotRead_HoldsClient()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(new Script
        {
            Input = async (requests, _) =>
            {
                await go.Task;
                var count = 0;
                while (await requests.MoveNext())
                    count++;
                return new StreamingInputCallResponse { AggregatedPayloadSize = count };
            },
        });
        using var call = server.Client.StreamingInputCall();
        var written = 0;
        var writes = WriteAllAsync();
        await UntilStillAsync(() => Volatile.Read(ref written));
        Assert.InRange(written, 0, Messages / 2);
        go.SetResult();
        await Wait.For(writes);
        Assert.Equal(Messages, (await Wait.For(call.ResponseAsync)).AggregatedPayloadSize);

        async Task WriteAllAsync()
        {
            for (; written < Messages; written++)
                await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = new Payload { Body = Body } });
            await call.RequestStream.CompleteAsync();
        }
    }

    private static async Task UntilStillAsync(Func<int> count)
    {
        int before;
        do
        {
            before = count();
            await Wait.For(Task.Delay(Stillness));
        }
        while (count() != before);
    }
}

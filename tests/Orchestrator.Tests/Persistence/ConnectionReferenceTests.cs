using Npgsql;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Persistence;

public sealed class ConnectionReferenceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ConnectionString_ThatLeavesThemOut_GetsTheServicesOwnSettings()
    {
        var connection = Resolve("Host=db.internal;Database=videograin");

        Assert.Equal((5, 10, "videograin-orchestrator"), (connection.Timeout, connection.KeepAlive, connection.ApplicationName));
        Assert.Equal(GssEncryptionMode.Disable, connection.GssEncryptionMode);
    }

    [Fact]
    public void ConnectionString_ThatNamesThem_Holds()
    {
        var connection = Resolve("Host=db.internal;Timeout=30;Keepalive=0;Application Name=mine;GSS Encryption Mode=Prefer");

        Assert.Equal((30, 0, "mine"), (connection.Timeout, connection.KeepAlive, connection.ApplicationName));
        Assert.Equal(GssEncryptionMode.Prefer, connection.GssEncryptionMode);
    }

    private NpgsqlConnectionStringBuilder Resolve(string text)
    {
        var file = Path.Combine(_folder.Path, "connection");
        File.WriteAllText(file, text);
        return new(ConnectionReference.Resolve(new DataOptions { ConnectionStringFile = file }));
    }
}

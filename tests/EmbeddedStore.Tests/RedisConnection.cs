using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SwarmCompute.Tests.EmbeddedStores;

/// <summary>Just enough of a Redis client: one command at a time, its answer as text (null for none), errors as their own text.</summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly StreamReader _reader;

    private RedisConnection(TcpClient tcp)
    {
        _tcp = tcp;
        _reader = new StreamReader(tcp.GetStream(), Encoding.Latin1);
    }

    /// <summary>Connects with a store's connection string, or without its password.</summary>
    public static async Task<RedisConnection> Open(string connectionString, CancellationToken cancel, bool withPassword = true)
    {
        var parts = connectionString.Split(",password=");
        var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", int.Parse(parts[0].Split(':')[1], CultureInfo.InvariantCulture), cancel);
        var connection = new RedisConnection(tcp);
        if (withPassword) await connection.Send(cancel, "AUTH", parts[1]);
        return connection;
    }

    public async Task<string?> Send(CancellationToken cancel, params string[] command)
    {
        var text = new StringBuilder().Append('*').Append(command.Length).Append("\r\n");
        foreach (var word in command) text.Append('$').Append(word.Length).Append("\r\n").Append(word).Append("\r\n");
        await _tcp.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text.ToString()), cancel);
        var line = await _reader.ReadLineAsync(cancel) ?? throw new EndOfStreamException("The store closed the connection.");
        if (line[0] != '$') return line[1..];
        var length = int.Parse(line[1..], CultureInfo.InvariantCulture);
        if (length < 0) return null;
        var answer = new char[length + 2];
        await _reader.ReadBlockAsync(answer, cancel);
        return new string(answer, 0, length);
    }

    public void Dispose() => _tcp.Dispose();
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SwarmCompute.Client.Gateway;

/// <summary>A streamed answer as the client sees it: one answer, however many heads tell it.</summary>
internal sealed class StreamedAnswer(GatewayRequest request)
{
    private const string EndMark = "[DONE]";
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<int> _tokens = [.. request.Resume];
    private string? _id;
    private long _created;
    private bool _isFinished;

    /// <summary>The answer's tokens that the client has, those that it came with included.</summary>
    public IReadOnlyCollection<int> Tokens => _tokens;

    /// <summary>Takes the next event of a head that was asked to go on after <see cref="Tokens"/>; null is the end of its stream.</summary>
    public StreamStep Take(string? data)
    {
        if (data is null) return new StreamStep.Wrong("the head ended the stream before the answer was complete");
        if (data == EndMark) return _isFinished ? new StreamStep.Done() : new StreamStep.Wrong("the head ended the answer without a reason");
        try
        {
            using var json = JsonDocument.Parse(data);
            return Take(data, json.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return new StreamStep.Wrong($"the head sent an event that cannot be read: {wrong.Message.ReplaceLineEndings(" ")}");
        }
    }

    private StreamStep Take(string data, JsonElement json)
    {
        if (json.TryGetProperty("error", out _)) return new StreamStep.Failed(Encoding.UTF8.GetBytes(data));
        var choices = json.GetProperty("choices");
        if (request.Choices == 1 && choices.GetArrayLength() > 0)
        {
            if (_isFinished) return new StreamStep.Known();                  // a head that goes on after the end tells the end again
            if (json.TryGetProperty("swarm", out var swarm) && Add(swarm) is { } wrong) return wrong;
        }
        if (choices.GetArrayLength() > 0 && choices[0].TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String) _isFinished = true;
        return new StreamStep.Tell(AsOneAnswer(data, json));
    }

    private StreamStep.Wrong? Add(JsonElement swarm)
    {
        var (token, index) = (swarm.GetProperty("token").GetInt32(), swarm.GetProperty("index").GetInt32());
        if (index != _tokens.Count) return new StreamStep.Wrong($"the head sent token {index} where {_tokens.Count} was due");
        _tokens.Add(token);
        return null;
    }

    /// <summary>Under the id and the time of the answer's first piece.</summary>
    private string AsOneAnswer(string data, JsonElement json)
    {
        if (!json.TryGetProperty("id", out var id) || !json.TryGetProperty("created", out var created)) return data;
        if (_id is null) (_id, _created) = (id.GetString(), created.GetInt64());
        if (id.GetString() == _id) return data;
        var piece = JsonNode.Parse(data)!;
        piece["id"] = _id;
        piece["created"] = _created;
        return piece.ToJsonString(Relaxed);
    }
}

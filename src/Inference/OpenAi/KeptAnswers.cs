using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Inference;

/// <summary>
/// The latest streamed answers, so that a client whose connection broke goes on where it was (Last-Event-ID; WHATWG HTML, 9.2). Only token ids are
/// kept, for the latest 64 answers, 1,048,576 tokens of them together, and 2 minutes after each was last read; an answer's id has 96 random bits.
/// </summary>
internal sealed class KeptAnswers(TimeProvider time)
{
    /// <summary>The most answers that are kept.</summary>
    public const int AnswersMax = 64;

    private const int EventsMax = 1 << 20;

    private static readonly TimeSpan KeepTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeptAnswer> _answers = [];

    /// <summary>Keeps a new answer; the oldest ones make room.</summary>
    public KeptAnswer Keep(string id, Hash32 request)
    {
        lock (_gate)
        {
            Forget();
            while (_answers.Count >= AnswersMax || (_answers.Count > 0 && _answers.Values.Sum(a => (long)a.Events) > EventsMax))
                _answers.Remove(_answers.Values.MinBy(a => a.LastUsed)!.Id);
            var answer = new KeptAnswer(id, request, time.GetUtcNow());
            _answers.Add(id, answer);
            return answer;
        }
    }

    /// <summary>The answer that the id of an event names, and the events that its client has; whoever tells it still is ended first.</summary>
    /// <exception cref="OpenAiException">It is not kept, or was asked for by another request.</exception>
    public async Task<(KeptAnswer Answer, int Had)> GoOn(string eventId, Hash32 request, CancellationToken cancel)
    {
        var colon = eventId.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(eventId.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last)) throw OpenAiException.NotKept();
        KeptAnswer? answer;
        Task ended, cancelling;
        lock (_gate)
        {
            Forget();
            if (!_answers.TryGetValue(eventId[..colon], out answer) || answer.Request != request) throw OpenAiException.NotKept();
            answer.LastUsed = time.GetUtcNow();
            (ended, cancelling) = (answer.Ended, answer.Cut?.CancelAsync() ?? Task.CompletedTask);
        }
        await cancelling;
        try
        {
            await ended.WaitAsync(EndTime, time, cancel);
        }
        catch (TimeoutException fault)
        {
            throw new PipelineException(PipelineFault.Busy, "The answer is still being told to an earlier connection; come back.", fault);
        }
        lock (_gate) return last < answer.Events ? (answer, last + 1) : throw OpenAiException.NotKept();
    }

    /// <summary>Begins to tell an answer; cancelled when the client leaves, or comes back by another connection. Dispose what is given at the end.</summary>
    /// <param name="answer">Which answer.</param>
    /// <param name="had">How many of its events the client has; the others are told again.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="left">Cancelled when the client leaves.</param>
    public Telling Tell(KeptAnswer answer, int had, OpenAiRequest request, CancellationToken left)
    {
        lock (_gate)
        {
            if (answer.Cut is not null) throw new PipelineException(PipelineFault.Busy, "The answer is being told to another connection; come back.");
            var telling = new Telling(this, answer, left)
            {
                Known = [.. Enumerable.Range(0, request.Choices).Select(choice => answer.Known(choice, had, withRest: request.Logprobs is null))],
                IsOver = [.. Enumerable.Range(0, request.Choices).Select(choice => answer.IsOver(choice, had))],
            };
            answer.Cutoff(had);
            return telling;
        }
    }

    /// <summary>Whether an answer is kept.</summary>
    public bool Has(string id)
    {
        lock (_gate) return _answers.ContainsKey(id);
    }

    private void Forget()
    {
        var before = time.GetUtcNow() - KeepTime;
        foreach (var old in _answers.Values.Where(a => a.Cut is null && a.LastUsed < before).ToList()) _answers.Remove(old.Id);
    }

    /// <summary>One connection's telling of an answer.</summary>
    internal sealed class Telling : IDisposable
    {
        private readonly KeptAnswers _owner;
        private readonly KeptAnswer _answer;
        private readonly CancellationTokenSource _cut;
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Telling(KeptAnswers owner, KeptAnswer answer, CancellationToken left)
        {
            (_owner, _answer) = (owner, answer);
            _cut = CancellationTokenSource.CreateLinkedTokenSource(left);
            (answer.Cut, answer.Ended) = (_cut, _ended.Task);
        }

        public CancellationToken Cancelled => _cut.Token;

        /// <summary>For each choice the tokens that are known, and how many of them the client has.</summary>
        public required ImmutableArray<(ImmutableArray<int> Tokens, int Had)> Known { get; init; }

        /// <summary>For each choice whether the client has its end.</summary>
        public required ImmutableArray<bool> IsOver { get; init; }

        /// <summary>An event is about to be told; its id.</summary>
        public string Event(OpenAiPiece piece)
        {
            lock (_owner._gate) return string.Create(CultureInfo.InvariantCulture, $"{_answer.Id}:{_answer.Add(piece.Choice, piece.Token?.Token)}");
        }

        public void Dispose()
        {
            lock (_owner._gate) (_answer.Cut, _answer.LastUsed) = (null, _owner.Now);
            _cut.Dispose();
            _ended.TrySetResult();
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}

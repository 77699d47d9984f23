using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Inference;

/// <summary>
/// The latest streamed answers, so that a client whose connection broke goes on where it was (Last-Event-ID; WHATWG HTML, 9.2), at this head or at the
/// next one. Only token ids are kept, within the bounds of <see cref="AnswerHistories"/> and for 2 minutes after each was last read; an answer's id has
/// 96 random bits.
/// </summary>
internal sealed class KeptAnswers(PipelineHead head, TimeProvider time)
{
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(10);

    private readonly Dictionary<AnswerId, Telling> _tellings = [];

    /// <summary>Keeps a new answer, of which the client has some tokens already; the oldest ones make room.</summary>
    public AnswerHistory Keep(AnswerId id, Hash32 request, ImmutableArray<int> had)
    {
        lock (head.Gate)
        {
            Forget();
            var answer = head.Histories.Keep(id, request, time.GetUtcNow());
            foreach (var token in had) answer.Add(0, token);
            return answer;
        }
    }

    /// <summary>The answer that the id of an event names, and the events that its client has; whoever tells it still is ended first.</summary>
    /// <exception cref="OpenAiException">It is not kept, or was asked for by another request.</exception>
    /// <exception cref="PipelineException">It cannot be told now.</exception>
    public async Task<(AnswerHistory Answer, int Had)> GoOn(string eventId, Hash32 request, CancellationToken cancel)
    {
        var colon = eventId.LastIndexOf(':');
        if (colon < 0 || !AnswerId.TryParse(eventId.AsSpan(0, colon), out var id)
            || !int.TryParse(eventId.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last)) throw OpenAiException.NotKept();
        AnswerHistory? answer;
        Task ended = Task.CompletedTask, cancelling = Task.CompletedTask;
        lock (head.Gate)
        {
            Forget();
            answer = head.Histories.Find(id);
            if (!head.HasStood) throw new PipelineException(PipelineFault.NotReady, "The pipeline does not stand yet; come back.");
            if (answer is null || answer.Request != request) throw OpenAiException.NotKept();
            answer.LastUsed = time.GetUtcNow();
            if (_tellings.TryGetValue(id, out var telling)) (ended, cancelling) = (telling.Ended, telling.Cut());
        }
        await cancelling;
        await End(ended, cancel);
        lock (head.Gate) return last < answer.Events || MayHave(answer, last) ? (answer, last + 1) : throw OpenAiException.NotKept();
    }

    /// <summary>Begins to tell an answer; cancelled when the client leaves, or comes back by another connection. Dispose what is given at the end.</summary>
    /// <param name="answer">Which answer.</param>
    /// <param name="had">How many of its events the client has; the others are told again.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="left">Cancelled when the client leaves.</param>
    /// <exception cref="OpenAiException">The client has events that are not known here, in an order that cannot be found again.</exception>
    /// <exception cref="PipelineException">Another connection is being told of it.</exception>
    public Telling Tell(AnswerHistory answer, int had, OpenAiRequest request, CancellationToken left)
    {
        lock (head.Gate)
        {
            if (_tellings.ContainsKey(answer.Id)) throw new PipelineException(PipelineFault.Busy, "The answer is being told to another connection; come back.");
            if (had > answer.Events && request.Choices > 1) throw OpenAiException.NotAllCame();
            var telling = new Telling(this, answer, had, left)
            {
                Known = [.. Enumerable.Range(0, request.Choices).Select(choice => answer.Known(choice, had, withRest: request.Logprobs is null))],
                IsOver = [.. Enumerable.Range(0, request.Choices).Select(choice => answer.IsOver(choice, had))],
                Order = answer.Order(had),
            };
            answer.Cutoff(had);
            (answer.IsTold, answer.HeadEpoch) = (true, head.Epoch);
            _tellings.Add(answer.Id, telling);
            head.HistoriesChanged();
            return telling;
        }
    }

    /// <summary>Whether an answer is kept.</summary>
    public bool Has(AnswerId id)
    {
        lock (head.Gate) return head.Histories.Find(id) is not null;
    }

    /// <summary>Whether an earlier head may have told an event that is not known here: the latest ones of a lost head do not come to the next one.</summary>
    private bool MayHave(AnswerHistory answer, int last) => answer.IsTakenOver && last <= head.ContextTokens;

    private async Task End(Task ended, CancellationToken cancel)
    {
        try
        {
            await ended.WaitAsync(EndTime, time, cancel);
        }
        catch (TimeoutException fault)
        {
            throw new PipelineException(PipelineFault.Busy, "The answer is still being told to an earlier connection; come back.", fault);
        }
    }

    private void Forget() => head.Histories.Forget(time.GetUtcNow() - AnswerHistories.KeepTime);

    /// <summary>One connection's telling of an answer.</summary>
    internal sealed class Telling : IDisposable
    {
        private readonly KeptAnswers _owner;
        private readonly AnswerHistory _answer;
        private readonly int _had;
        private readonly CancellationTokenSource _cut;
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Telling(KeptAnswers owner, AnswerHistory answer, int had, CancellationToken left)
        {
            (_owner, _answer, _had) = (owner, answer, had);
            _cut = CancellationTokenSource.CreateLinkedTokenSource(left);
        }

        public CancellationToken Cancelled => _cut.Token;

        public Task Ended => _ended.Task;

        /// <summary>For each choice the tokens that are known, and how many the client has: more than are known only where the choice is the only one.</summary>
        public required ImmutableArray<(ImmutableArray<int> Tokens, int Had)> Known { get; init; }

        /// <summary>For each choice whether the client has its end.</summary>
        public required ImmutableArray<bool> IsOver { get; init; }

        /// <summary>The choices of the events that are told again, in their order: whoever has an event's id has that event, whichever head told it.</summary>
        public required ImmutableArray<byte> Order { get; init; }

        /// <summary>An event is about to be told; its id. Null where the client has it already: it was found again only because what follows needs it.</summary>
        public string? Event(OpenAiPiece piece)
        {
            lock (_owner.Gate)
            {
                var number = _answer.Add(piece.Choice, piece.Token?.Token);
                _owner.HistoriesChanged();
                return number < _had ? null : string.Create(CultureInfo.InvariantCulture, $"{_answer.Id}:{number}");
            }
        }

        /// <summary>Ends it, unless it has ended. Called under the gate.</summary>
        public Task Cut() => _cut.CancelAsync();

        public void Dispose()
        {
            lock (_owner.Gate)
            {
                _owner._tellings.Remove(_answer.Id);
                (_answer.IsTold, _answer.LastUsed) = (false, _owner.Now);
            }
            _cut.Dispose();
            _ended.TrySetResult();
        }
    }

    private Lock Gate => head.Gate;

    private DateTimeOffset Now => time.GetUtcNow();

    private void HistoriesChanged() => head.HistoriesChanged();
}

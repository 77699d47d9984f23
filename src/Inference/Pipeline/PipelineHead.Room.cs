namespace SwarmCompute.Inference;

/// <summary>
/// Who gets room. A session begins only when it has its place and all the tokens of keys and values that it may come to hold. Answers have a place at once
/// or are refused; texts wait for one. Where tokens are lacking, what is kept of answers that are over gives way, and where that would not do, all wait in the
/// order in which they came: nobody who needs little passes one who needs much.
/// </summary>
public sealed partial class PipelineHead
{
    private const int TextsWaitingMax = 256;

    private readonly KvBudget _kv;
    private readonly List<Turn> _turns = [];
    private int _embeddingsOpen;

    /// <summary>Tokens whose keys and values all sessions can hold together.</summary>
    public long KvTokens => _kv.Max;

    /// <summary>Those of them that are taken now: by answers in full from their beginning, by what is kept as many as it has.</summary>
    public long KvTokensTaken
    {
        get { lock (_ring.Gate) return _kv.Taken; }
    }

    /// <summary>
    /// Room for so many answers to a request, for all of them at once: so requests that ask for several never wait for each other, each with a part of its own.
    /// </summary>
    /// <param name="request">The request; its prompt and most tokens are those of each answer.</param>
    /// <param name="answers">How many.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="PipelineException">The pipeline cannot do it, now or at all.</exception>
    internal Task<SessionRoom> RoomFor(GenerationRequest request, int answers, CancellationToken cancel)
    {
        var tokens = request.Prompt.Length + request.TokensMax;
        if ((long)answers * tokens > _kv.Max)
            throw new PipelineException(PipelineFault.Refused,
                $"{answers} answers of {tokens} tokens with their prompt do not fit into the {_kv.Max} that the pipeline holds; ask for fewer or shorter ones.");
        return Room(new Turn(answers, tokens, embeds: false, request), cancel);
    }

    private async Task<SessionRoom> Room(Turn turn, CancellationToken cancel)
    {
        lock (_ring.Gate)
        {
            CheckOpen();
            if (!turn.Embeds && _open + turn.Sessions > _options.SessionsMax)
                throw new PipelineException(PipelineFault.Busy, $"{_options.SessionsMax} answers are being generated, as many as there may be.");
            if (turn.Embeds && _turns.Count(other => other.Embeds) >= TextsWaitingMax)
                throw new PipelineException(PipelineFault.Busy, $"{TextsWaitingMax} texts wait to be embedded, as many as there may be.");
            if (!turn.Embeds) _open += turn.Sessions;                        // so there wait no more answers than there are sessions
            _turns.Add(turn);
            Admit();
        }
        try
        {
            return await turn.Given.Task.WaitAsync(_options.RestoreMax, _time, cancel);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            GiveUp(turn);
            if (_cut.IsCancellationRequested) throw new PipelineException(PipelineFault.NotReady, "The head is finishing; nothing is begun any more.", fault);
            if (fault is OperationCanceledException) throw;
            throw new PipelineException(PipelineFault.Busy, $"No session was free, or not {turn.Tokens} tokens, within {_options.RestoreMax.TotalSeconds} s.", fault);
        }
    }

    /// <summary>Nobody waits for this turn any more: what it was given meanwhile goes back.</summary>
    private void GiveUp(Turn turn)
    {
        lock (_ring.Gate)
        {
            turn.Room?.Dispose();
            if (!_turns.Remove(turn)) return;
            if (!turn.Embeds) _open -= turn.Sessions;
            Admit();
        }
    }

    /// <summary>Gives what is free to those who wait. Called under the gate.</summary>
    private void Admit()
    {
        for (var at = 0; at < _turns.Count && !_draining;)
        {
            var turn = _turns[at];
            if (turn.Embeds && (_embeddingsOpen >= EmbeddingsAtOnce || _open >= _options.SessionsMax))
            {
                at++;                                                        // it lacks a session, for which answers do not wait
                continue;
            }
            if (!TryTake(turn)) return;
            _turns.RemoveAt(at);
            if (turn.Embeds) (_open, _embeddingsOpen) = (_open + 1, _embeddingsOpen + 1);
            turn.Room = new SessionRoom(TakeBack, turn.Sessions, turn.TokensEach, turn.Embeds);
            turn.Given.SetResult(turn.Room);
        }
    }

    /// <summary>Takes the turn's tokens; ends kept sessions for them, that with which it would begin last, but none where all would not do.</summary>
    private bool TryTake(Turn turn)
    {
        if (turn.Tokens > _kv.Free + _kept.Sum(kept => (long)kept.TokensTaken)) return false;
        if (turn.Tokens > _kv.Free)
        {
            var source = turn.Request is { } request ? FindPrefix(request.PrefixScope, [.. request.Prompt, .. request.Resume], out _) : null;
            while (turn.Tokens > _kv.Free) Close(_kept.Find(kept => kept != source) ?? source!);
        }
        _kv.Take(turn.Tokens);
        return true;
    }

    private void TakeBack(SessionRoom room)
    {
        lock (_ring.Gate)
        {
            var left = room.TakeAll();
            if (left == 0) return;
            _open -= left;
            if (room.Embeds) _embeddingsOpen -= left;
            _kv.Return((long)left * room.Tokens);
            Admit();
        }
    }

    /// <summary>Nobody who waits gets a turn any more. Called under the gate.</summary>
    private void TurnAway()
    {
        foreach (var turn in _turns)
        {
            if (!turn.Embeds) _open -= turn.Sessions;
            turn.Given.SetException(new PipelineException(PipelineFault.NotReady, "The head takes no more requests."));
        }
        _turns.Clear();
    }

    /// <summary>Somebody who asked for room, in the order of coming.</summary>
    private sealed class Turn(int sessions, int tokens, bool embeds, GenerationRequest? request)
    {
        public int Sessions => sessions;

        public int TokensEach => tokens;

        public long Tokens => (long)sessions * tokens;

        public bool Embeds => embeds;

        /// <summary>What answers are to begin with; null for a text.</summary>
        public GenerationRequest? Request => request;

        public TaskCompletionSource<SessionRoom> Given { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SessionRoom? Room { get; set; }
    }
}

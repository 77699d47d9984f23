using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>What a head does with tokens, on the kernel's thread.</summary>
public sealed partial class PipelineHead
{
    /// <summary>What tokens that are fed ask of the head's own layers.</summary>
    private sealed class TokensCall(PipelineHead head, HeadSession session, ReadOnlyMemory<int> tokens, long sequence, int position, bool wantsCandidates) : IKernelCall
    {
        private FrameSlice _frame;
        private byte[]? _floats;

        public int Tokens => tokens.Length;

        public StageCall? Begin()
        {
            lock (head._ring.Gate)
                if (session.IsOver || session.HasFailed) return null;
            try
            {
                return Call();
            }
            catch (Exception fault) when (fault is InferenceException or ArgumentOutOfRangeException)
            {
                Fail(fault);
                return null;
            }
        }

        public void End(StageCall call)
        {
            if (call.Fault is { } fault) Fail(fault);
            else Encode();
            lock (head._ring.Gate)
            {
                if (call.Candidates is { } candidates) session.Answer(sequence, () => new HeadAnswer(candidates, []));
                if (call.Embedding is { } embedding) session.Answer(sequence, () => new HeadAnswer(null, [.. embedding]));
                if (_frame.IsNone) return;
                if (session.HasFailed) _frame.Abandon();
                else head._ring.Sender.Emit(session.Id, sequence, _frame);
            }
        }

        public void Drop() { /* holds nothing that is not collected */ }

        private StageCall? Call()
        {
            var length = head._kernel!.EmbeddingLength;
            var states = new byte[tokens.Length * length * sizeof(float)];
            head._embedding!.Lookup(tokens.Span, MemoryMarshal.Cast<byte, float>(states.AsSpan()));
            session.Kernel ??= head._kernel.Open();
            if (head._options.Slots > 1 && !Reserve(length)) return null;
            if (!_frame.IsNone && head._options.Boundary != BoundaryFormat.F32) _floats = new byte[states.Length];
            var isLast = head._options.Slots == 1;
            return new StageCall
            {
                Session = session.Kernel,
                States = states,
                Tokens = tokens.Length,
                Result = _floats is not null || _frame.IsNone ? _floats : _frame.Memory[BoundaryFrame.HeaderSize..],
                WantsCandidates = isLast && wantsCandidates && !session.Embeds,
                Embeds = isLast && session.Embeds,
                WantsEmbedding = isLast && wantsCandidates && session.Embeds,
            };
        }

        /// <summary>Room for the result among the session's frames; false where the session is over.</summary>
        private bool Reserve(int length)
        {
            _frame = head._ring.Reserve(session.Id, BoundaryFrame.HiddenBytes(tokens.Length, length, head._options.Boundary));
            if (_frame.IsNone) return false;
            BoundaryFrame.WriteHidden(_frame.Span, session.Id, sequence, position, tokens.Length, wantsCandidates, head._options.Boundary, session.Embeds);
            return true;
        }

        /// <summary>Writes the result in its format to where it is kept.</summary>
        private void Encode()
        {
            if (_floats is null) return;
            try
            {
                var states = MemoryMarshal.Cast<byte, float>(_floats.AsSpan());
                BoundaryCodec.Encode(head._options.Boundary, states, head._kernel!.EmbeddingLength, _frame.Span[BoundaryFrame.HeaderSize..]);
            }
            catch (InferenceException fault)
            {
                Fail(fault);
            }
        }

        private void Fail(Exception fault)
        {
            lock (head._ring.Gate) session.Fail(new PipelineException(PipelineFault.Refused, $"The head refused: {fault.Message}", fault));
        }
    }
}

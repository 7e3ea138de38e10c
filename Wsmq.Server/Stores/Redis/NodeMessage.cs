using System.Text;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// A message on the channel of a node: Q, the id of a question and the question; or A, the id and the node whose answer is stored; or M, a kind
/// and a message that is not answered. The id begins with the node that asks.
/// </summary>
/// <param name="Question">The id of the question.</param>
/// <param name="Node">The node that has answered; null for a question.</param>
/// <param name="Content">The question.</param>
internal readonly record struct NodeMessage(string Question, string? Node, ReadOnlyMemory<byte> Content)
{
    private const int IdLength = 2 * NodeIds.Length;
    private const int HeadLength = 1 + IdLength;

    /// <summary>The node that asks.</summary>
    public string Asker => Question[..NodeIds.Length];

    /// <summary>A new id of a question of this node.</summary>
    public static string NewQuestion(string asker) => asker + NodeIds.Next();

    public static byte[] Ask(string question, ReadOnlyMemory<byte> content) =>
        [(byte)'Q', .. Encoding.ASCII.GetBytes(question), .. content.Span];

    public static byte[] Answered(string question, string node) => Encoding.ASCII.GetBytes($"A{question}{node}");

    public static byte[] Of(NodeMessageKind kind, ReadOnlyMemory<byte> content) => [(byte)'M', (byte)kind, .. content.Span];

    /// <summary>Reads a message that is not answered; returns false for any other.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, out NodeMessageKind kind, out ReadOnlyMemory<byte> content)
    {
        var isPlain = message.Length > 2 && message.Span[0] == (byte)'M';
        (kind, content) = isPlain ? ((NodeMessageKind)message.Span[1], message[2..]) : default;
        return isPlain;
    }

    /// <summary>Returns false if the message is malformed.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, out NodeMessage read)
    {
        read = default;
        var bytes = message.Span;

        // The id becomes part of a key and of a channel.
        if (bytes.Length <= HeadLength || !IsId(bytes[1..HeadLength]))
            return false;
        var question = Encoding.ASCII.GetString(bytes[1..HeadLength]);
        var rest = bytes[HeadLength..];
        switch (bytes[0])
        {
            case (byte)'Q' when rest.Length <= INodeStore.MaxQuestionBytes:
                read = new NodeMessage(question, null, message[HeadLength..].ToArray());
                return true;
            case (byte)'A' when rest.Length == NodeIds.Length && IsId(rest):
                read = new NodeMessage(question, Encoding.ASCII.GetString(rest), default);
                return true;
            default:
                return false;
        }
    }

    private static bool IsId(ReadOnlySpan<byte> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter))
                return false;
        }

        return true;
    }
}

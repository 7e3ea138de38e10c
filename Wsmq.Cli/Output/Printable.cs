using System.Globalization;
using System.Text;

namespace Wsmq.Cli.Output;

/// <summary>
/// Makes untrusted text safe for a terminal. Shows control characters as escapes, because a message could move the cursor or overwrite
/// the screen with them, and also characters that reverse or hide text.
/// </summary>
internal static class Printable
{
    public static string Line(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        var builder = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsUnsafe(c))
                builder.Append(c == '\n' ? "\\n" : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"));
            else
                builder.Append(c);
        }

        return builder.ToString();
    }

    private static bool IsUnsafe(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}

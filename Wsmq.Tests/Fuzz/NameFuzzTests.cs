using System.Text;
using CsCheck;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Tests.Fuzz;

/// <summary>Addresses and positions parsed from any text, and the keys that are built from them.</summary>
public sealed class NameFuzzTests
{
    private const string Prefix = "wsmq";
    private const int Samples = 20_000;

    private static readonly string[] Pieces =
    [
        "a", "b", "A", ":", "::", "{", "}", "{}", "{1}", "%", "%3A", "%25", "*", "?", "[", "]", "/", "\\", "|", "\n", "\r", "\0", "\u001e", " ", "é", "e\u0301",
        "日", "\ud83d\ude00", "\ud800", "\udc00", "\ufeff", "\u202e", "\u200d", "\u0430", "user", "group", "log", "meta", "members", "groups", "cursors",
        "0000000000000001", "~", ".", "-", "_", "'", "(", ")", "!", "+", "&", "=", "#", "@", "$", ",", ";",
    ];

    private static readonly Gen<string> GenName = Gen.OneOf(
        Gen.Int[0, Pieces.Length - 1].Array[0, 8].Select(i => string.Concat(i.Select(k => Pieces[k]))),
        Gen.String,
        Gen.Char[' ', '~'].Array[0, 40].Select(c => new string(c)));

    private static readonly Gen<string> GenText = Gen.Select(
        Gen.Int[0, 7].Select(i => new[] { "user:", "group:", "work:", "", ":", "User:", "user", "\u0075ser:" }[i]), GenName, string.Concat);

    [Fact]
    public void Any_text_parses_to_an_address_that_round_trips_or_fails_with_a_code() => GenText.Sample(
        text =>
        {
            if (WsmqAddress.TryParse(text, out var address, out var error))
                return address.ToString() == text && WsmqAddress.Parse(address.ToString()) == address && error is null;
            return error.Number is >= 2001 and <= 2004 && address == default;
        },
        iter: Samples);

    [Fact]
    public void Two_different_addresses_never_share_a_key() => Gen.Select(GenText, GenText).Sample(
        (one, two) =>
        {
            if (!WsmqAddress.TryParse(one, out var left, out _) || !WsmqAddress.TryParse(two, out var right, out _) || left == right)
                return true;
            return !KeysOf(left).Intersect(KeysOf(right), StringComparer.Ordinal).Any() && !Name(left).SequenceEqual(Name(right));
        },
        iter: Samples);

    [Fact]
    public void Two_different_group_members_never_share_a_cursor_key() => Gen.Select(GenName, GenName, GenName, GenName).Sample(
        (group, user, otherGroup, otherUser) =>
        {
            if ((group, user) == (otherGroup, otherUser) || !new[] { group, user, otherGroup, otherUser }.All(IsName))
                return true;
            return CursorsOf(group, user) != CursorsOf(otherGroup, otherUser);
        },
        iter: Samples);

    [Fact]
    public void Names_are_escaped_so_that_no_character_has_a_special_meaning_in_a_Redis_key() => GenText.Sample(
        text =>
        {
            if (!WsmqAddress.TryParse(text, out var address, out _))
                return true;
            var keys = KeysOf(address).Append(CursorsOf("g", IsName(address.Name) ? address.Name : "u"));
            return keys.All(k => k.Count(c => c == '{') == 1 && k.Count(c => c == '}') == 1 && k.All(c => c is > ' ' and < '\u007f' and not ('*' or '?' or '[' or ']' or '\\' or '"' or '\'')) && (k.Count(c => c == ':') is 4 or 5));
        },
        iter: Samples);

    [Fact]
    public void Any_text_parses_to_a_position_that_round_trips_or_fails_with_a_code() => Gen.OneOf(GenName, GenDigits).Sample(
        text => WsmqPosition.TryParse(text, out var position)
            ? position.ToString() == text && WsmqPosition.Parse(text) == position
            : position == WsmqPosition.Start && WsmqErrors.InvalidPosition == FluentActions.Invoking(() => WsmqPosition.Parse(text)).Should().Throw<WsmqException>().Which.Error,
        iter: Samples);

    [Fact]
    public void Positions_compare_in_the_ordinal_order_of_their_texts() => Gen.Select(GenDigits, GenDigits).Sample(
        (one, two) => !WsmqPosition.TryParse(one, out var left) || !WsmqPosition.TryParse(two, out var right)
            || Math.Sign(string.CompareOrdinal(one, two)) == left.CompareTo(right),
        iter: Samples);

    private static Gen<string> GenDigits => Gen.Char['0', '9'].Array[14, 18].Select(c => new string(c));

    private static bool IsName(string name) => NameRules.Check(name, WsmqAddress.MaxNameBytes, isJudged: true, out _, out _);

    private static byte[] Name(WsmqAddress address) => new LogKeys(Prefix, 64, address).Name;

    private static string CursorsOf(string group, string user) => Text(new LogKeys(Prefix, 64, WsmqAddress.Group(group)).CursorsOf(user));

    private static string[] KeysOf(WsmqAddress address)
    {
        var keys = new LogKeys(Prefix, 64, address);
        return [Text(keys.Log), Text(keys.Meta), Text(keys.Members), Text(keys.Groups)];
    }

    private static string Text(StackExchange.Redis.RedisKey key) => Encoding.Latin1.GetString((byte[])key!);
}

using System.Text;

namespace Wsmq.Tests.Contracts;

public sealed class NameRulesTests
{
    [Theory]
    [InlineData("Отдел IT")]
    [InlineData("Команда QA")]
    [InlineData("B2B Продажи")]
    [InlineData("DOMAIN\\Иван")]
    [InlineData("Иван.Petrov@corp")]
    [InlineData("Проект-v2")]
    [InlineData("Группа А, team 1")]
    [InlineData("α-testers")]
    [InlineData("Σ-Team")]
    [InlineData("μ-services")]
    [InlineData("Հայ team")]
    [InlineData("営業部 (東京)")]
    [InlineData("営業IT")]
    [InlineData("1a planta")]
    [InlineData("Đội 5")]
    [InlineData("Ok 👍")]
    [InlineData("Maʼlumotov")]
    [InlineData("O’Brien")]
    [InlineData("müller")]
    [InlineData("می‌خواهم")]
    [InlineData("نامه‌ها")]
    [InlineData("क्षत्रिय")]
    [InlineData("क्‍ष")]
    [InlineData("ශ්‍රී")]
    [InlineData("ที่ทำงาน")]
    [InlineData("שָׁלוֹם")]
    [InlineData("ᎣᏏᏲ")]
    [InlineData("ꓐꓳꓐ")]
    [InlineData("µ-services")]
    [InlineData("1ª planta")]
    [InlineData("Проект v2")]
    [InlineData("👩👩👧 family")]
    public void Ordinary_names_in_any_script_are_accepted(string name) =>
        NameRules.Check(name.Normalize(NormalizationForm.FormKC), WsmqAddress.MaxNameBytes, isJudged: true, out _, out var detail)
            .Should().BeTrue(detail);

    [Theory]
    [InlineData("Группа №5", "Группа No5")]
    [InlineData("H₂O", "H2O")]
    [InlineData("Ⅳ курс", "IV курс")]
    [InlineData("Team™", "TeamTM")]
    [InlineData("㈱山田", "(株)山田")]
    [InlineData("山田　太郎", "山田 太郎")]
    [InlineData("営業ＩＴ", "営業IT")]
    [InlineData("cafe\u0301", "café")]
    [InlineData("bob\u200b", "bob")]
    [InlineData(" bob\u00a0", "bob")]
    [InlineData("b\u200dob", "bob")]
    [InlineData("bob\u2800", "bob")]
    [InlineData("👩\u200d👩\u200d👧 family", "👩👩👧 family")]
    [InlineData("µ-services", "μ-services")]
    [InlineData("1ª planta", "1a planta")]
    public void A_refusal_names_the_accepted_form(string name, string form)
    {
        Refused(name).Should().Contain($"write it '{form}'");
        NameRules.Check(form, WsmqAddress.MaxNameBytes, isJudged: true, out _, out _).Should().BeTrue();
    }

    [Theory]
    [InlineData("bоb", "'bоb'")]
    [InlineData("Проектv2", "'Проектv2'")]
    [InlineData("team bоb", "'bоb'")]
    [InlineData("team а", "Cyrillic")]
    [InlineData("Α-team", "Greek")]
    [InlineData("DOMAIN\\сосо", "Cyrillic")]
    [InlineData("team ꓐꓳꓐ", "Rare")]
    [InlineData("ꓐob", "Rare")]
    [InlineData("bⲟb", "Rare")]
    [InlineData("bob Ꭺ", "Rare")]
    [InlineData("bob 𐐄", "Rare")]
    [InlineData("bob\U0001D159", "U+1D159")]
    [InlineData("bob\uFFFC", "U+FFFC")]
    [InlineData("bob\uFFFD", "U+FFFD")]
    [InlineData("bob\U00016FE4", "U+16FE4")]
    [InlineData("bob\U00013441", "U+13441")]
    [InlineData("bob\U0001BCA0", "U+1BCA0")]
    [InlineData("bob\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315\u0315", "marks")]
    [InlineData("b\u0315\u0321\u0332\u0345\u0323ob", "marks")]
    [InlineData("\u0315bob", "begins with")]
    [InlineData("دا\u200cر", "U+200C")]
    [InlineData("بـ\u200c", "U+200C")]
    [InlineData("\u200cب", "U+200C")]
    [InlineData("а\u200cб", "U+200C")]
    [InlineData("ب\u200dب", "U+200D")]
    public void Names_with_look_alike_or_hidden_characters_are_refused(string name, string why) => Refused(name).Should().Contain(why);

    [Theory]
    [InlineData("jose\u0301")]
    [InlineData("㈱山田")]
    [InlineData("bоb")]
    [InlineData("Группа№5")]
    public void A_user_identifier_is_accepted_without_the_look_alike_check(string name) => WsmqAddress.User(name).Name.Should().Be(name);

    [Theory]
    [InlineData("bob\u202e")]
    [InlineData("bob\u200b")]
    [InlineData("bob\u2028")]
    [InlineData("bob\u2800")]
    [InlineData("bob\ue000")]
    [InlineData("a\u00a0b")]
    [InlineData(" bob")]
    [InlineData("bob\u0007")]
    [InlineData("")]
    public void Invisible_characters_are_refused_also_without_the_look_alike_check(string name) =>
        FluentActions.Invoking(() => WsmqAddress.User(name)).Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.InvalidName);

    [Fact]
    public void A_name_with_an_unpaired_surrogate_is_refused()
    {
        Refused("bob\ud83d").Should().Contain("surrogate");
        FluentActions.Invoking(() => WsmqAddress.User("\udc00")).Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.InvalidName);
    }

    private static string Refused(string name)
    {
        NameRules.Check(name, WsmqAddress.MaxNameBytes, isJudged: true, out var error, out var detail).Should().BeFalse();
        error.Should().Be(WsmqErrors.InvalidName);
        return detail!;
    }
}

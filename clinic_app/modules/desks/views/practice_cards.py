"""Cards (练习卡) to lay on the virtual reader: the invented people of the practice clinic and one who is new there."""

from clinic_app.kernel.ports import Card

PRACTICE_CARDS = (
    Card("id_card", "990499195805020021", "陈桂英", "2", "1958-05-02", "青溪镇柳树村 3 组 27 号"),
    Card("id_card", "990499196903114413", "刘建国", "1", "1969-03-11", "青溪镇桥头村 1 组 5 号"),
    Card("id_card", "990499202006170034", "吴小宝", "1", "2020-06-17", "青溪镇新街 12 号"),
    Card("id_card", "990499195209240052", "王大山", "1", "1952-09-24", "青溪镇石坝村 6 组"),
    Card("id_card", "990499198011080229", "张兰英", "2", "1980-11-08", "青溪镇柳树村 2 组 9 号"),
    Card("id_card", "990499199003150068", "古丽·阿不都", "2", "1990-03-15", "青溪镇新街 31 号"),
    Card("id_card", "990499198704210049", "单晓月", "2", "1987-04-21", "青溪镇石坝村 2 组 16 号"),
)

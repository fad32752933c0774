//! `transcoding.schedule`: at which time of the day encoding may begin.

use super::super::value::{Given, Kind, Refusal, Shape, Value};

/// From and to, minutes after midnight; through midnight when the end comes first. None: always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule(pub Option<(u16, u16)>);

const ALWAYS: &str = "always";

impl Schedule {
    /// True at this minute after midnight.
    pub fn is_open(self, minute: u16) -> bool {
        match self.0 {
            None => true,
            Some((from, to)) if from <= to => (from..to).contains(&minute),
            Some((from, to)) => minute >= from || minute < to,
        }
    }

    /// When it opens, as `22:00`; none for always.
    pub fn opens_at(self) -> Option<String> {
        self.0.map(|(from, _)| clock(from))
    }
}

impl Value for Schedule {
    const KIND: Kind = Kind::Text;
    const SHAPE: Option<Shape> = Some(Shape {
        pattern: "(?:always|(?:(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00) ?- ?(?:(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00))?",
        examples: &["22:00-06:00", "always"],
    });

    fn read(given: &Given) -> Result<Self, Refusal> {
        let fix = "write two times of the day, such as \"22:00-06:00\", or \"always\"";
        let Given::Text(text) = given else {
            return Err(Refusal::new("a list stands where one value is wanted", fix));
        };
        let text = text.trim();
        if text.is_empty() || text == ALWAYS {
            return Ok(Self(None));
        }
        let times = text.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        let Some((from, to)) = times else {
            return Err(Refusal::new(format!("{text:?} is no stretch of the day"), fix));
        };
        if from == to {
            return Err(Refusal::new("it begins when it ends", fix));
        }
        Ok(Self(Some((from, to))))
    }

    fn show(&self) -> String {
        self.0.map_or_else(|| ALWAYS.to_owned(), |(from, to)| format!("{}-{}", clock(from), clock(to))).show()
    }
}

/// `6:30`; midnight at the end of the day is `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let digits = |text: &str| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || minutes.len() != 2 || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && (hours < 24 || (hours, minutes) == (24, 0))).then_some(hours * 60 + minutes)
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Schedule> {
        Schedule::read(&Given::Text(text.to_owned())).ok()
    }

    fn is_open(text: &str, minutes: &[u16]) -> Option<Vec<bool>> {
        read(text).map(|schedule| minutes.iter().map(|minute| schedule.is_open(*minute)).collect())
    }

    #[test]
    fn a_night_goes_through_midnight() {
        assert_eq!(read("22:00 - 6:30").map(|night| night.show()).as_deref(), Some("\"22:00-06:30\""));
        let through_the_day = [0, 389, 390, 12 * 60, 22 * 60 - 1, 22 * 60, 24 * 60 - 1];
        let open = is_open("22:00-06:30", &through_the_day);
        assert_eq!(open, Some(vec![true, true, false, false, false, true, true]));
        assert_eq!(is_open("08:00-24:00", &[0, 480, 1439]), Some(vec![false, true, true]));
        assert_eq!([read("always"), read("")], [Some(Schedule(None)); 2]);
    }

    #[test]
    fn what_is_no_stretch_of_the_day() {
        for bad in ["22:00", "22-06", "25:00-06:00", "22:60-06:00", "06:00-06:00", "+1:00-02:00", "24:30-02:00", "a-b"]
        {
            assert!(read(bad).is_none(), "{bad}");
        }
    }
}
